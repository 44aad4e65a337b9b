# Facts: Google Gen AI SDK documentation.
from google.genai.models import Models, AsyncModels
from google.genai.chats import Chats
from google.genai.files import Files

@framework("ai-client")
class Client:
    models: Models
    chats: Chats
    files: Files
    aio: AsyncClient
    @effect("env")
    def __init__(self, *, enterprise=..., vertexai=..., api_key=..., credentials=..., project=..., location=..., debug_config=..., http_options=...): ...

class AsyncClient:
    models: AsyncModels
