# Facts: LangChain documentation, "ChatGroq".
from langchain_core.language_models.chat_models import BaseChatModel

class ChatGroq(BaseChatModel):
    @effect("env")
    def __init__(self, *args, **kwargs): ...
