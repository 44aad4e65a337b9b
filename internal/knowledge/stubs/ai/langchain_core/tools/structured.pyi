# Facts: LangChain documentation, "Tools".
from langchain_core.tools.base import BaseTool

class StructuredTool(BaseTool):
    @classmethod
    @registers("func", "coroutine",phase="callback")
    def from_function(cls, func=..., coroutine=..., name=..., description=..., return_direct=..., args_schema=..., infer_schema=..., *, response_format=..., parse_docstring=..., error_on_invalid_docstring=..., **kwargs) -> StructuredTool: ...
