# Facts: Milvus documentation, "Pymilvus": constructing a client connects.
from pymilvus.milvus_client import MilvusClient as MilvusClient
from pymilvus.orm.collection import Collection as Collection
