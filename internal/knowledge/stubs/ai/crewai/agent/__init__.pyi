# Facts: CrewAI documentation, "Agents".

@framework("agent")
class Agent:
    @effect("llm", taint="model")
    def execute_task(self, task, context=..., tools=...): ...
