# Facts: LangChain documentation, "ChatVertexAI".
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.embeddings import Embeddings

class ChatVertexAI(BaseChatModel):
    @effect("env")
    def __init__(self, *args, **kwargs): ...

class VertexAIEmbeddings(Embeddings):
    @effect("env")
    def __init__(self, **kwargs): ...
