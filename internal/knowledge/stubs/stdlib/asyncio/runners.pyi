# Facts: Python documentation, "asyncio".
from asyncio import run as run, Runner as Runner
