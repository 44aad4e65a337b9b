# Facts: FastAPI documentation, "Concurrency and async / await".
from starlette.concurrency import run_in_threadpool as run_in_threadpool, iterate_in_threadpool as iterate_in_threadpool
