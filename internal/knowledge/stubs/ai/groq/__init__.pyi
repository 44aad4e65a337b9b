# Facts: Groq Python library README (60 seconds unless set).
from groq.resources.chat import Chat, AsyncChat
from groq.resources import Embeddings, AsyncEmbeddings

@framework("ai-client")
class Groq:
    chat: Chat
    embeddings: Embeddings
    @effect("env")
    def __init__(self, *, api_key=..., base_url=..., timeout=..., max_retries=..., default_headers=..., default_query=..., http_client=..., _strict_response_validation=...): ...
    def close(self): ...

@framework("ai-client")
class AsyncGroq:
    chat: AsyncChat
    embeddings: AsyncEmbeddings
    @effect("env")
    def __init__(self, *, api_key=..., base_url=..., timeout=..., max_retries=..., default_headers=..., default_query=..., http_client=..., _strict_response_validation=...): ...
    async def close(self): ...
