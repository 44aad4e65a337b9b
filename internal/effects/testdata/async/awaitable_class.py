import asyncio


class Delayed:
    def __init__(self, seconds):  # want:
        self.seconds = seconds

    def __await__(self):  # want:
        return self._wait().__await__()

    async def _wait(self):  # want: sleep
        await asyncio.sleep(self.seconds)


async def use():  # want: sleep
    await Delayed(3)


async def made():  # want:
    return Delayed(3)


async def group(n):  # want: sleep task
    await asyncio.gather(*(Delayed(i)._wait() for i in range(n)))
