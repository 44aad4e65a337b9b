# Facts: Mistral Python client README, version 1 (no timeout unless timeout_ms is given).

@framework("ai-client")
class Mistral:  # until 2.0
    chat: _Chat
    embeddings: _Embeddings
    fim: _Chat
    agents: _Chat
    def __init__(self, api_key=..., server=..., server_url=..., url_params=..., client=..., async_client=..., retry_config=..., timeout_ms=..., debug_logger=...): ...

class _Chat:
    @effect("llm", timeout="timeout_ms", default_timeout=None, taint="model")
    def complete(self, *, model=..., messages=..., timeout_ms=..., **kwargs): ...
    @effect("llm", timeout="timeout_ms", default_timeout=None, taint="model")
    def parse(self, response_format, **kwargs): ...
    @effect("llm", timeout="timeout_ms", default_timeout=None, taint="model")
    def stream(self, *, model=..., messages=..., timeout_ms=..., **kwargs) -> Iterator[Any]: ...
    @effect("llm", timeout="timeout_ms", default_timeout=None, taint="model")
    async def complete_async(self, *, model=..., messages=..., timeout_ms=..., **kwargs): ...
    @effect("llm", timeout="timeout_ms", default_timeout=None, taint="model")
    async def stream_async(self, *, model=..., messages=..., timeout_ms=..., **kwargs): ...

class _Embeddings:
    @effect("llm", timeout="timeout_ms", default_timeout=None)
    def create(self, *, model, inputs, timeout_ms=..., **kwargs): ...
    @effect("llm", timeout="timeout_ms", default_timeout=None)
    async def create_async(self, *, model, inputs, timeout_ms=..., **kwargs): ...
