# Facts: Starlette documentation, "Thread Pool".

@effect("thread")
@offloads("func")
async def run_in_threadpool(func, *args, **kwargs): ...
@offloads("iterator")
def iterate_in_threadpool(iterator): ...
