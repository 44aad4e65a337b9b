# Facts: websockets documentation, "Server (asyncio)".

@effect("listen", blocking=False)
@registers("handler",phase="request")
def serve(handler, host=..., port=..., *, open_timeout=..., ping_interval=..., **kwargs) -> AsyncContextManager[Any]: ...
