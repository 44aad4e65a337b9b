# Facts: Pexpect documentation, "API Overview".

@effect("subprocess", sink="command", timeout="timeout", default_timeout=30)
def run(command, timeout=..., withexitstatus=..., events=..., extra_args=..., logfile=..., cwd=..., env=..., **kwargs): ...
