# Facts: CrewAI documentation, "Tasks".

class Task:
    @effect("llm", taint="model")
    def execute_sync(self, agent=..., context=..., tools=...): ...
