# Facts: LangChain documentation, "ChatAnthropic".
from langchain_anthropic.chat_models import ChatAnthropic as ChatAnthropic
