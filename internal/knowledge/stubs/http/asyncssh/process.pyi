# Facts: AsyncSSH documentation, "Client Processes".

class SSHCompletedProcess:
    stdout: str
    stderr: str
    exit_status: int

class SSHClientProcess:
    async def __aenter__(self) -> Self: ...
    @effect("net")
    async def communicate(self, input=...): ...
    @effect("net")
    async def wait(self, check=..., timeout=...): ...
