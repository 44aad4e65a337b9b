# Facts: OpenAI Agents SDK documentation, "Tools".

@framework("agent")
@registers_decorated(phase="callback", factory="both")
def function_tool(func=..., *, timeout=...): ...
