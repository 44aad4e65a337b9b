from contextlib import asynccontextmanager

import asyncpg
import redis.asyncio as redis
from fastapi import APIRouter, BackgroundTasks, FastAPI, Request, WebSocket

router = APIRouter()


@asynccontextmanager
async def lifespan(app: FastAPI):  # want: db
    app.state.pool = await asyncpg.create_pool("postgresql://db")
    app.state.cache = redis.Redis()
    yield


app = FastAPI(lifespan=lifespan)


@router.get("/items/{key}")
async def item(key: str, request: Request):  # want: db
    return await request.app.state.cache.get(key)


@router.get("/rows")
async def rows(request: Request):  # want: db
    async with request.app.state.pool.acquire() as connection:
        return await connection.fetch("select * from items")


@app.get("/health")
async def health():  # want: db
    return await app.state.cache.ping()


@router.websocket("/feed")
async def feed(socket: WebSocket):  # want: db net
    await socket.accept()
    await socket.send_text(await socket.app.state.cache.get("feed"))


def audit(key):  # want: fs.write!
    with open("audit.log", "a") as f:
        f.write(key)


@router.delete("/items/{key}")
async def delete(key: str, request: Request, tasks: BackgroundTasks):  # want: db.write fs.write
    await request.app.state.cache.delete(key)
    tasks.add_task(audit, key)
