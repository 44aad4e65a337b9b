# Facts: Invoke documentation, "Tasks".

@framework("cli")
@registers_decorated(phase="job", factory="both")
def task(*args, **kwargs): ...
