# Facts: LangChain documentation, "ChatBedrock".
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.embeddings import Embeddings

class ChatBedrock(BaseChatModel):
    @effect("env")
    def __init__(self, *args, **kwargs): ...

class ChatBedrockConverse(ChatBedrock): ...

class BedrockEmbeddings(Embeddings):
    @effect("env")
    def __init__(self, **kwargs): ...
