# Facts: Qdrant Python client documentation (5 seconds unless set).
from qdrant_client.qdrant_client import QdrantClient as QdrantClient
from qdrant_client.async_qdrant_client import AsyncQdrantClient as AsyncQdrantClient
