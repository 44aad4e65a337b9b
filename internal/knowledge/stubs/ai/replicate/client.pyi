# Facts: Replicate Python client README.

@framework("ai-client")
class Client:
    @effect("env")
    def __init__(self, api_token=..., *, base_url=..., timeout=..., **kwargs): ...
    @effect("llm", taint="model")
    def run(self, ref, input=..., *, use_file_output=..., **params): ...
    @effect("llm", taint="model")
    async def async_run(self, ref, input=..., *, use_file_output=..., **params): ...
