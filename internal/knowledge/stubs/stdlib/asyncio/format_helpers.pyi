# Facts: Python documentation, "asyncio". Not meant to be imported: nothing is listed.
