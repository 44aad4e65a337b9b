# Facts: CrewAI documentation, "LLMs".

class LLM:
    @effect("llm", taint="model")
    def call(self, messages, callbacks=...): ...
