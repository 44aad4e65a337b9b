# Facts: Invoke documentation.
from invoke.context import Context as Context
from invoke.tasks import task as task

@framework("cli")
@effect("subprocess", timeout="timeout", default_timeout=None, sink="command")
def run(command, *, timeout=..., **kwargs): ...
