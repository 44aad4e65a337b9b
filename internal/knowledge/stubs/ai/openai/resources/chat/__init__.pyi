# Facts: OpenAI API reference, "Chat Completions".

class Chat:
    completions: Completions

class AsyncChat:
    completions: AsyncCompletions

class Completions:
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    def create(self, *, messages, model, timeout=...): ...
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    def parse(self, *, messages, model, timeout=...): ...
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    def stream(self, *, messages, model, timeout=...) -> ContextManager[Any]: ...

class AsyncCompletions:
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    async def create(self, *, messages, model, timeout=...): ...
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    async def parse(self, *, messages, model, timeout=...): ...
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model", blocking=False)
    def stream(self, *, messages, model, timeout=...) -> AsyncContextManager[Any]: ...
