# Facts: LangChain documentation, "RunnableWithMessageHistory".
from langchain_core.runnables.base import Runnable

class RunnableWithMessageHistory(Runnable):
    @registers("get_session_history", phase="callback")
    def __init__(self, runnable, get_session_history, *, input_messages_key=..., output_messages_key=..., history_messages_key=..., history_factory_config=..., **kwargs): ...
