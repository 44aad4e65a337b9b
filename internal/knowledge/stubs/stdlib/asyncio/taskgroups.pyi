# Facts: Python documentation, "asyncio".
from asyncio import TaskGroup as TaskGroup
