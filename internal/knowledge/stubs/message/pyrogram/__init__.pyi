# Facts: Pyrogram documentation.
from pyrogram.client import Client as Client
@effect("net")
async def idle(): ...
