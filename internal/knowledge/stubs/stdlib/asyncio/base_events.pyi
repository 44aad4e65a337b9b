# Facts: Python documentation, "asyncio".
from asyncio import BaseEventLoop as BaseEventLoop, Server as Server
