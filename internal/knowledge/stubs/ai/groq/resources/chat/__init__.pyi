# Facts: Groq API reference.

class Chat:
    completions: Completions

class AsyncChat:
    completions: AsyncCompletions

class Completions:
    @effect("llm", timeout="class:timeout", default_timeout=60, taint="model")
    def create(self, *, messages, model, timeout=...): ...

class AsyncCompletions:
    @effect("llm", timeout="class:timeout", default_timeout=60, taint="model")
    async def create(self, *, messages, model, timeout=...): ...
