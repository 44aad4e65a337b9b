# Facts: smolagents documentation, "Agents".

@framework("agent")
class MultiStepAgent:
    @registers("tools",phase="callback")
    def __init__(self, tools, model, prompt_templates=..., instructions=..., max_steps=..., add_base_tools=..., verbosity_level=..., managed_agents=..., step_callbacks=..., planning_interval=..., name=...): ...
    @effect("llm", taint="model")
    def run(self, task, stream=..., reset=..., images=..., additional_args=..., max_steps=..., return_full_result=...): ...

class CodeAgent(MultiStepAgent):
    def __init__(self, tools, model, prompt_templates=..., additional_authorized_imports=..., planning_interval=..., executor=..., executor_type=..., **kwargs): ...
    @effect("llm", taint="model")
    @effect("exec")
    def run(self, task, stream=..., reset=..., images=..., additional_args=..., max_steps=..., return_full_result=...): ...

class ToolCallingAgent(MultiStepAgent):
    def __init__(self, tools, model, prompt_templates=..., planning_interval=..., stream_outputs=..., max_tool_threads=..., **kwargs): ...
