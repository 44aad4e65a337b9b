# Facts: LangChain documentation, "Tools".
from langchain_core.tools.convert import tool as tool
from langchain_core.tools.base import BaseTool as BaseTool
from langchain_core.tools.structured import StructuredTool as StructuredTool
