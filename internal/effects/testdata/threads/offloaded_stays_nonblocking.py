"""A chain below an offloaded function blocks its worker, not the caller."""
import asyncio
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(1)


def low():  # want: sleep!
    time.sleep(3)


def middle():  # want: sleep! subprocess!
    low()
    subprocess.run(["true"])


def high():  # want: sleep subprocess thread
    pool.submit(middle)


async def top():  # want: sleep subprocess thread
    high()


async def also():  # want: sleep subprocess thread
    await asyncio.get_running_loop().run_in_executor(pool, middle)


def direct_and_offloaded():  # want: sleep! subprocess thread
    high()
    low()
