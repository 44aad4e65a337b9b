# Facts: Python documentation, "asyncio".
from asyncio import iscoroutine as iscoroutine, iscoroutinefunction as iscoroutinefunction, coroutine as coroutine
