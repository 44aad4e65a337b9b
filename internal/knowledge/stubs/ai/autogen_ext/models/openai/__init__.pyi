# Facts: AutoGen documentation, "Models".

@framework("ai-client")
class OpenAIChatCompletionClient:
    @effect("env")
    def __init__(self, **kwargs): ...
    @effect("llm", taint="model")
    async def create(self, messages, *, tools=..., tool_choice=..., json_output=..., extra_create_args=..., cancellation_token=...): ...
    @effect("llm", taint="model", blocking=False)
    def create_stream(self, messages, *, tools=..., tool_choice=..., json_output=..., extra_create_args=..., cancellation_token=..., max_consecutive_empty_chunk_tolerance=..., include_usage=...) -> AsyncIterator[Any]: ...
