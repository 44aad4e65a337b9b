# Facts: OpenAI Python library README (timeout of ten minutes, two retries) and API reference.
from openai.resources import Models, AsyncModels, Embeddings, AsyncEmbeddings, Images, AsyncImages, Files, AsyncFiles, Moderations, AsyncModerations, Completions, AsyncCompletions, FineTuning, Batches, AsyncBatches, VectorStores
from openai.resources.chat import Chat, AsyncChat
from openai.resources.audio import Audio as Audio
from openai.resources.audio import AsyncAudio
from openai.resources.beta import Beta, AsyncBeta
from openai.resources.responses import Responses, AsyncResponses

# The client of the module itself.
chat: Chat
responses: Responses
completions: Completions
embeddings: Embeddings
images: Images
audio: Audio
moderations: Moderations
files: Files
models: Models
beta: Beta
batches: Batches
fine_tuning: FineTuning
vector_stores: VectorStores

@framework("ai-client")
class OpenAI:
    chat: Chat
    responses: Responses
    completions: Completions
    embeddings: Embeddings
    images: Images
    audio: Audio
    moderations: Moderations
    files: Files
    models: Models
    beta: Beta
    batches: Batches
    fine_tuning: FineTuning
    vector_stores: VectorStores
    @effect("env")
    def __init__(self, *, timeout=..., max_retries=...): ...
    def __enter__(self) -> Self: ...
    def with_options(self, *, timeout=..., max_retries=...) -> Self: ...
    def copy(self, *, timeout=..., max_retries=...) -> Self: ...
    def close(self): ...

@framework("ai-client")
class AsyncOpenAI:
    chat: AsyncChat
    responses: AsyncResponses
    completions: AsyncCompletions
    embeddings: AsyncEmbeddings
    images: AsyncImages
    audio: AsyncAudio
    moderations: AsyncModerations
    files: AsyncFiles
    models: AsyncModels
    beta: AsyncBeta
    batches: AsyncBatches
    @effect("env")
    def __init__(self, *, timeout=..., max_retries=...): ...
    async def __aenter__(self) -> Self: ...
    def with_options(self, *, timeout=..., max_retries=...) -> Self: ...
    def copy(self, *, timeout=..., max_retries=...) -> Self: ...
    async def close(self): ...

class AzureOpenAI(OpenAI):
    @effect("env")
    def __init__(self, *, timeout=..., max_retries=...): ...

class AsyncAzureOpenAI(AsyncOpenAI):
    @effect("env")
    def __init__(self, *, timeout=..., max_retries=...): ...

class ChatCompletion:  # until 1.0
    @staticmethod
    @effect("llm", timeout="request_timeout", default_timeout=600, taint="model")
    def create(*args, request_timeout=..., **params): ...
    @staticmethod
    @effect("llm", timeout="request_timeout", default_timeout=600, taint="model")
    async def acreate(*args, request_timeout=..., **params): ...

class Completion:  # until 1.0
    @staticmethod
    @effect("llm", timeout="request_timeout", default_timeout=600, taint="model")
    def create(*args, request_timeout=..., **params): ...
    @staticmethod
    @effect("llm", timeout="request_timeout", default_timeout=600, taint="model")
    async def acreate(*args, request_timeout=..., **params): ...

class Embedding:  # until 1.0
    @staticmethod
    @effect("llm", timeout="request_timeout", default_timeout=600)
    def create(*args, request_timeout=..., **params): ...
    @staticmethod
    @effect("llm", timeout="request_timeout", default_timeout=600)
    async def acreate(*args, request_timeout=..., **params): ...
