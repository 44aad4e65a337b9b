# Facts: LangChain documentation, "RunnableBranch".
from langchain_core.runnables.base import Runnable

class RunnableBranch(Runnable):
    def __init__(self, *branches): ...
