# Facts: LlamaIndex documentation, "API Reference".
from llama_index.core.indices import VectorStoreIndex as VectorStoreIndex
from llama_index.core.readers import SimpleDirectoryReader as SimpleDirectoryReader

@effect("fs.read")
def load_index_from_storage(storage_context, index_id=..., **kwargs): ...
