# Facts: discord.py documentation, "Discord Models".
from discord.abc import Messageable

class Message:
    content: str
    channel: Messageable
    @effect("notify", idempotent=False)
    async def reply(self, content=..., **kwargs): ...
    @effect("net")
    async def delete(self, *, delay=...): ...
    @effect("net")
    async def edit(self, *, content=..., embed=..., embeds=..., attachments=..., suppress=..., delete_after=..., allowed_mentions=..., view=...): ...
    @effect("net")
    async def add_reaction(self, emoji, /): ...
