# Facts: Python documentation, "subprocess".
# call, run, check_call and check_output hand the rest of their arguments to Popen, `shell` among them.
from io import TextIOWrapper

class CompletedProcess:
    args: object
    returncode: int
    stdout: str
    stderr: str
    def __init__(self, args, returncode, stdout=..., stderr=...): ...
    def check_returncode(self): ...

class SubprocessError(Exception): ...
class CalledProcessError(SubprocessError):
    returncode: int
    cmd: object
    output: str
    stdout: str
    stderr: str

class TimeoutExpired(SubprocessError):
    cmd: object
    timeout: float
    output: str
    stdout: str
    stderr: str

@effect("subprocess", sink="args", shell="shell", timeout="timeout", default_timeout=None)
@calls("preexec_fn")
def run(args, bufsize=..., executable=..., stdin=..., stdout=..., stderr=..., preexec_fn=..., close_fds=..., shell=..., cwd=..., env=..., universal_newlines=..., startupinfo=..., creationflags=..., restore_signals=..., start_new_session=..., pass_fds=..., *, input=..., capture_output=..., timeout=..., check=..., encoding=..., errors=..., text=..., user=..., group=..., extra_groups=..., umask=..., pipesize=..., process_group=...) -> CompletedProcess: ...
@effect("subprocess", sink="args", shell="shell", timeout="timeout", default_timeout=None)
@calls("preexec_fn")
def call(args, bufsize=..., executable=..., stdin=..., stdout=..., stderr=..., preexec_fn=..., close_fds=..., shell=..., cwd=..., env=..., universal_newlines=..., startupinfo=..., creationflags=..., restore_signals=..., start_new_session=..., pass_fds=..., *, timeout=..., encoding=..., errors=..., text=..., user=..., group=..., extra_groups=..., umask=..., pipesize=..., process_group=...) -> int: ...
@effect("subprocess", sink="args", shell="shell", timeout="timeout", default_timeout=None)
@calls("preexec_fn")
def check_call(args, bufsize=..., executable=..., stdin=..., stdout=..., stderr=..., preexec_fn=..., close_fds=..., shell=..., cwd=..., env=..., universal_newlines=..., startupinfo=..., creationflags=..., restore_signals=..., start_new_session=..., pass_fds=..., *, timeout=..., encoding=..., errors=..., text=..., user=..., group=..., extra_groups=..., umask=..., pipesize=..., process_group=...) -> int: ...
@effect("subprocess", sink="args", shell="shell", timeout="timeout", default_timeout=None)
@calls("preexec_fn")
def check_output(args, bufsize=..., executable=..., stdin=..., stderr=..., preexec_fn=..., close_fds=..., shell=..., cwd=..., env=..., universal_newlines=..., startupinfo=..., creationflags=..., restore_signals=..., start_new_session=..., pass_fds=..., *, timeout=..., input=..., encoding=..., errors=..., text=..., user=..., group=..., extra_groups=..., umask=..., pipesize=..., process_group=...) -> str: ...
@effect("subprocess", sink="cmd")
def getoutput(cmd, *, encoding=..., errors=...) -> str: ...
@effect("subprocess", sink="cmd")
def getstatusoutput(cmd, *, encoding=..., errors=...) -> tuple[int, str]: ...
def list2cmdline(seq) -> str: ...

class Popen:
    args: object
    pid: int
    returncode: int
    stdin: TextIOWrapper
    stdout: TextIOWrapper
    stderr: TextIOWrapper
    @effect("subprocess", blocking=False, sink="args", shell="shell")
    @calls("preexec_fn")
    def __init__(self, args, bufsize=..., executable=..., stdin=..., stdout=..., stderr=..., preexec_fn=..., close_fds=..., shell=..., cwd=..., env=..., universal_newlines=..., startupinfo=..., creationflags=..., restore_signals=..., start_new_session=..., pass_fds=..., *, user=..., group=..., extra_groups=..., encoding=..., errors=..., text=..., umask=..., pipesize=..., process_group=...): ...
    @effect("subprocess", timeout="timeout", default_timeout=None)
    def communicate(self, input=..., timeout=...) -> tuple[str, str]: ...
    @effect("subprocess", timeout="timeout", default_timeout=None)
    def wait(self, timeout=...) -> int: ...
    @effect("subprocess")
    def __exit__(self, exc_type, value, traceback): ...
    @effect("subprocess", blocking=False)
    def kill(self): ...
    @effect("subprocess", blocking=False)
    def terminate(self): ...
    @effect("subprocess", blocking=False)
    def send_signal(self, sig): ...
    def poll(self) -> int: ...
    def __enter__(self) -> Self: ...

class STARTUPINFO:
    def __init__(self, *, dwFlags=..., hStdInput=..., hStdOutput=..., hStdError=..., wShowWindow=..., lpAttributeList=...): ...

PIPE: int
DEVNULL: int
STDOUT: int
