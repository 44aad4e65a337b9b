# Facts: LangChain documentation, "Models".
from langchain_core.language_models.chat_models import BaseChatModel

@framework("ai-client")
@effect("env")
def init_chat_model(model=..., *, model_provider=..., configurable_fields=..., config_prefix=..., **kwargs) -> BaseChatModel: ...
