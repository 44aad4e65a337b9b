# Facts: Together Python library README.

@framework("ai-client")
class Together:
    chat: _Chat
    embeddings: _Create
    images: _Images
    @effect("env")
    def __init__(self, *, project_id=..., api_key=..., base_url=..., timeout=..., max_retries=..., default_headers=..., default_query=..., http_client=..., _strict_response_validation=...): ...

@framework("ai-client")
class AsyncTogether:
    chat: _AsyncChat
    @effect("env")
    def __init__(self, *, project_id=..., api_key=..., base_url=..., timeout=..., max_retries=..., default_headers=..., default_query=..., http_client=..., _strict_response_validation=...): ...

class _Chat:
    completions: _Create

class _Create:
    @effect("llm", timeout="class:timeout", taint="model")
    def create(self, *args, **kwargs): ...

class _Images:
    @effect("llm", timeout="class:timeout", taint="model")
    def generate(self, *args, **kwargs): ...

class _AsyncChat:
    completions: _AsyncCreate

class _AsyncCreate:
    @effect("llm", timeout="class:timeout", taint="model")
    async def create(self, *args, **kwargs): ...
