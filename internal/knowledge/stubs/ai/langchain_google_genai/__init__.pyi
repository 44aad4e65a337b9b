# Facts: LangChain documentation, "ChatGoogleGenerativeAI".
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.embeddings import Embeddings

class ChatGoogleGenerativeAI(BaseChatModel):
    @effect("env")
    def __init__(self, *args, **kwargs): ...

class GoogleGenerativeAIEmbeddings(Embeddings):
    @effect("env")
    def __init__(self, **kwargs): ...
