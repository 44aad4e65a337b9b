# Facts: Model Context Protocol Python SDK documentation: starts the server as a program.

@effect("subprocess", blocking=False)
def stdio_client(server, errlog=...) -> AsyncContextManager[Any]: ...
