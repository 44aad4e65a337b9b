# Facts: LangChain documentation, "Runnable interface".
from langchain_core.runnables.base import Runnable as Runnable, RunnableLambda as RunnableLambda, RunnableSequence as RunnableSequence, RunnableParallel as RunnableParallel
