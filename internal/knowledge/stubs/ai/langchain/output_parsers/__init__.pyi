# Facts: LangChain documentation, "Output parsers" (until 1.0).
from langchain_core.output_parsers import PydanticOutputParser as PydanticOutputParser
