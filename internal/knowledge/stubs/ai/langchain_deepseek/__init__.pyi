# Facts: LangChain documentation, "ChatDeepSeek".
from langchain_core.language_models.chat_models import BaseChatModel

class ChatDeepSeek(BaseChatModel):
    @effect("env")
    def __init__(self, *args, **kwargs): ...
