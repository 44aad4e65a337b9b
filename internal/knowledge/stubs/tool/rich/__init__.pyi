# Facts: Rich documentation.
from rich.console import Console

@effect("stdout")
def print(*objects, sep=..., end=..., file=..., flush=...): ...
@effect("stdout")
def print_json(json=..., *, data=...): ...
