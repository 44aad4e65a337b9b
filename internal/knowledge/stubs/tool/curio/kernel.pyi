# Facts: Curio documentation.

@awaits("corofunc")
def run(corofunc, *args, with_monitor=..., **kernel_kwargs): ...
