# Facts: Python documentation, "asyncio". No effects.
