# Facts: LangChain documentation, "ChatAnthropic".
from langchain_core.language_models.chat_models import BaseChatModel

class ChatAnthropic(BaseChatModel):
    @effect("env")
    def __init__(self, *args, **kwargs): ...
