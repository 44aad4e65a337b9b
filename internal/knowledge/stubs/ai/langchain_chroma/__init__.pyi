# Facts: LangChain documentation, "Chroma".
from langchain_core.vectorstores import VectorStore

class Chroma(VectorStore):
    @effect("db")
    def __init__(self, collection_name=..., embedding_function=..., persist_directory=..., **kwargs): ...
