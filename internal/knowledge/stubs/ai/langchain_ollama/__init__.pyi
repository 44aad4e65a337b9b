# Facts: LangChain documentation, "ChatOllama".
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.embeddings import Embeddings

class ChatOllama(BaseChatModel):
    def __init__(self, *args, **kwargs): ...

class OllamaEmbeddings(Embeddings):
    def __init__(self, **kwargs): ...
