# Facts: Pydantic AI documentation, "Dependencies": deps is of the type that the context is parametrized with.

class RunContext:
    deps: T
    usage: object
    retry: int
    tool_name: str
