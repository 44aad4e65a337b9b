import time

from starlette.responses import StreamingResponse


def frames():  # want: sleep!
    while True:
        yield b"frame"
        time.sleep(0.1)


async def ticks():  # want: sleep!
    yield b"tick"
    time.sleep(0.1)


async def streamed():  # want: sleep
    return StreamingResponse(frames())


async def streamed_on_the_loop():  # want: sleep!
    return StreamingResponse(ticks())


async def walked():  # want: sleep!
    return [f for f in frames()]
