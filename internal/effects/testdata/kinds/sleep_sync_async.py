import asyncio
import time


def pause(seconds=1):  # want: sleep!
    time.sleep(seconds)


async def nap(seconds=1):  # want: sleep
    await asyncio.sleep(seconds)


async def mixed():  # want: sleep!
    await nap()
    pause()


def poll(check, tries=3):  # want: sleep!
    for n in range(tries):
        if check():
            return n
        pause(2**n)
    raise TimeoutError


def backoff(n):  # want:
    return min(30, 2**n)
