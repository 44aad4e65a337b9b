import asyncio
import json

import redis.asyncio as redis
from fastapi import FastAPI, WebSocket

app = FastAPI()
conn = redis.Redis()


class Room:
    def __init__(self, name):  # want:
        self.name = name
        self.members: list[WebSocket] = []

    async def join(self, socket: WebSocket):
        await socket.accept()
        self.members.append(socket)

    async def remember(self, text):  # want: db.write
        await conn.lpush(self.name, json.dumps(text))

    async def history(self):  # want: db
        return await conn.lrange(self.name, 0, 10)


async def ticker(room: Room):  # want: sleep db.write
    while True:
        await asyncio.sleep(1)
        await room.remember("tick")


async def start(room):  # want: task
    asyncio.create_task(ticker_of(room))


async def ticker_of(room):  # want:
    return room
