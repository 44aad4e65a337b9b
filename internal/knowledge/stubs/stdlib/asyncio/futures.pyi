# Facts: Python documentation, "asyncio".
from asyncio import Future as Future, wrap_future as wrap_future, isfuture as isfuture
