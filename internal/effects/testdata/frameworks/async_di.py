from fastapi import Depends, FastAPI, Request, WebSocket, APIRouter, Security
import redis.asyncio as redis
import httpx
import time

router = APIRouter()

async def get_redis():  # want:
    r = redis.Redis()
    try:
        yield r
    finally:
        await r.aclose()

class Pagination:
    def __init__(self, page: int = 1):  # want: clock
        time.time()
        self.page = page

class Service:
    def __init__(self, r: redis.Redis = Depends(get_redis)):  # want:
        self.r = r
    async def read(self, k):  # want: db
        return await self.r.get(k)

class Auth:
    def __init__(self, scope):  # want:
        self.scope = scope
    async def __call__(self, request: Request):  # want: net
        async with httpx.AsyncClient() as c:
            await c.get("http://auth")

@router.get("/a")
async def a(svc: Service = Depends(), p: Pagination = Depends(Pagination)):  # want: db
    return await svc.read("x")

@router.get("/b", dependencies=[Depends(Auth("x"))])
async def b():  # want:
    return 1

@router.get("/c")
async def c(user=Security(Auth("y"))):  # want:
    return 1

@router.websocket("/ws")
async def ws(sock: WebSocket):  # want: net
    await sock.accept()
    await sock.send_text("x")

app = FastAPI()
app.include_router(router)

@app.middleware("http")
async def mw(request: Request, call_next):  # want: stdout
    print("x")
    return await call_next(request)

@app.exception_handler(ValueError)
async def err(request, exc):  # want: fs.write!
    open("err.log", "a").write(str(exc))

@app.on_event("startup")
def up():  # want: stdout
    print("up")
