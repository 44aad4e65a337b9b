# Facts: CrewAI documentation, "LLMs".

class LLM:
    @effect("llm", timeout="class:timeout", taint="model")
    def call(self, messages, callbacks=...): ...
