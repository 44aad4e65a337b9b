# Facts: LangChain documentation, "Chat models".
from langchain_core.language_models.chat_models import BaseChatModel as BaseChatModel
