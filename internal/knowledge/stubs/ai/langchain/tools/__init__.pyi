# Facts: LangChain documentation, "Tools".
from langchain_core.tools.convert import tool as tool
