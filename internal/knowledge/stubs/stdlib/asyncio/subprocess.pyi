# Facts: Python documentation, "asyncio subprocess".
from asyncio import StreamReader, StreamWriter

class Process:
    stdin: StreamWriter
    stdout: StreamReader
    stderr: StreamReader
    pid: int
    returncode: int
    async def wait(self) -> int: ...
    async def communicate(self, input=...) -> tuple[bytes, bytes]: ...
    @effect("subprocess", blocking=False)
    def send_signal(self, signal): ...
    @effect("subprocess", blocking=False)
    def terminate(self): ...
    @effect("subprocess", blocking=False)
    def kill(self): ...

@effect("subprocess", sink="cmd")
async def create_subprocess_shell(cmd, stdin=..., stdout=..., stderr=..., limit=..., **kwds) -> Process: ...
@effect("subprocess", sink="program")
async def create_subprocess_exec(program, *args, stdin=..., stdout=..., stderr=..., limit=..., **kwds) -> Process: ...
PIPE: int
DEVNULL: int
STDOUT: int
