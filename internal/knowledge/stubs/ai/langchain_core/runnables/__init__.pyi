# Facts: LangChain documentation, "Runnable interface".
from langchain_core.runnables.base import Runnable as Runnable, RunnableLambda as RunnableLambda, RunnableSequence as RunnableSequence, RunnableParallel as RunnableParallel, RunnableGenerator as RunnableGenerator, chain as chain
from langchain_core.runnables.base import RunnableMap as RunnableMap
from langchain_core.runnables.passthrough import RunnablePassthrough as RunnablePassthrough, RunnableAssign as RunnableAssign, RunnablePick as RunnablePick
from langchain_core.runnables.branch import RunnableBranch as RunnableBranch
from langchain_core.runnables.history import RunnableWithMessageHistory
