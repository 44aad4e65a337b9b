# Facts: OpenAI Agents SDK documentation, "Running agents".

class Runner:
    @classmethod
    @effect("llm", taint="model")
    async def run(cls, starting_agent, input, *, context=..., max_turns=..., hooks=..., run_config=..., error_handlers=..., previous_response_id=..., auto_previous_response_id=..., conversation_id=..., session=...): ...
    @classmethod
    @effect("llm", taint="model")
    def run_sync(cls, starting_agent, input, *, context=..., max_turns=..., hooks=..., run_config=..., error_handlers=..., previous_response_id=..., auto_previous_response_id=..., conversation_id=..., session=...): ...
    @classmethod
    @effect("llm", taint="model", blocking=False)
    def run_streamed(cls, starting_agent, input, context=..., max_turns=..., hooks=..., run_config=..., previous_response_id=..., auto_previous_response_id=..., conversation_id=..., session=..., *, error_handlers=...): ...
