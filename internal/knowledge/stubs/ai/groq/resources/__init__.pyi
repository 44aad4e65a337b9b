# Facts: Groq API reference.

class Embeddings:
    @effect("llm", timeout="class:timeout", default_timeout=60, taint="model")
    def create(self, *, input, model, encoding_format=..., user=..., extra_headers=..., extra_query=..., extra_body=..., timeout=...): ...

class AsyncEmbeddings:
    @effect("llm", timeout="class:timeout", default_timeout=60, taint="model")
    async def create(self, *, input, model, encoding_format=..., user=..., extra_headers=..., extra_query=..., extra_body=..., timeout=...): ...
