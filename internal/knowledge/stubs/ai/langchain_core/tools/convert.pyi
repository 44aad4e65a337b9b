# Facts: LangChain documentation, "Tools": the model decides when a tool is called.

@framework("agent")
@registers_decorated(phase="callback", factory="both", becomes="langchain_core.tools.base.BaseTool")
def tool(name_or_callable=..., runnable=..., *args, description=..., return_direct=..., args_schema=..., infer_schema=..., response_format=..., parse_docstring=..., error_on_invalid_docstring=..., extras=...): ...
