# Facts: LlamaIndex documentation, "Tools".

@framework("agent")
class FunctionTool:
    @classmethod
    @registers("fn", "async_fn",phase="callback")
    def from_defaults(cls, fn=..., name=..., description=..., return_direct=..., fn_schema=..., async_fn=..., tool_metadata=..., callback=..., async_callback=..., partial_params=...) -> FunctionTool: ...
