# Facts: LangChain documentation, "ChatMistralAI".
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.embeddings import Embeddings

class ChatMistralAI(BaseChatModel):
    @effect("env")
    def __init__(self, *args, **kwargs): ...

class MistralAIEmbeddings(Embeddings):
    @effect("env")
    def __init__(self, **kwargs): ...
