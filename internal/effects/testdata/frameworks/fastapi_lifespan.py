from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request


@asynccontextmanager
async def lifespan(app: FastAPI):  # want: db
    app.state.pool = await asyncpg.create_pool("postgres://db")
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


async def user_count(pool: asyncpg.Pool):  # want: db
    return await pool.fetchval("select count(*) from users")


@app.get("/count")
async def count(request: Request):
    return await user_count(request.app.state.pool)


@app.middleware("http")
async def log_requests(request: Request, call_next):  # want: log
    import logging

    logging.info("%s", request.url)
    return await call_next(request)


@app.on_event("startup")
def warm():  # want: fs.read!
    open("cache").read()
