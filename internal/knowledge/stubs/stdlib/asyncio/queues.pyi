# Facts: Python documentation, "asyncio".
from asyncio import Queue as Queue, PriorityQueue as PriorityQueue, LifoQueue as LifoQueue, QueueEmpty as QueueEmpty, QueueFull as QueueFull, QueueShutDown as QueueShutDown
