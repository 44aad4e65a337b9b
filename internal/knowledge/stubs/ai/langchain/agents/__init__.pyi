# Facts: LangChain documentation, "Agents".
from langchain_core.runnables.base import Runnable

@framework("agent")
@registers("tools",phase="callback")
def create_agent(model, tools=..., *, name=...) -> Runnable: ...
