# Facts: LangChain documentation, "OpenAIEmbeddings".
from langchain_core.embeddings import Embeddings

class OpenAIEmbeddings(Embeddings):
    @effect("env")
    def __init__(self, **kwargs): ...
