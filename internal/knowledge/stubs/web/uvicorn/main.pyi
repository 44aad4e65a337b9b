# Facts: Uvicorn documentation, "Settings".

@effect("listen")
def run(app): ...
