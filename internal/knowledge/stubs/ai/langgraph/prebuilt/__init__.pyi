# Facts: LangGraph documentation, "Prebuilt agents".
from langgraph.graph.state import CompiledStateGraph

@framework("agent")
@registers("tools",phase="callback")
def create_react_agent(model, tools, *, name=..., **deprecated_kwargs) -> CompiledStateGraph: ...
class ToolNode:
    @registers("tools",phase="callback")
    def __init__(self, tools, *, name=..., tags=..., handle_tool_errors=..., messages_key=..., wrap_tool_call=..., awrap_tool_call=...): ...
