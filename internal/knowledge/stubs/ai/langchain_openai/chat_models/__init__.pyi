# Facts: LangChain documentation, "ChatOpenAI".
from langchain_core.language_models.chat_models import BaseChatModel

class ChatOpenAI(BaseChatModel):
    @effect("env")
    def __init__(self, *args, **kwargs): ...

class AzureChatOpenAI(ChatOpenAI): ...
