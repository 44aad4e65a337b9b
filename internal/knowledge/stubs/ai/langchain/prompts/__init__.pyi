# Facts: LangChain documentation, "Prompt templates" (until 1.0).
from langchain_core.prompts import PromptTemplate as PromptTemplate, ChatPromptTemplate as ChatPromptTemplate
