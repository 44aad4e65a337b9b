# Facts: Cohere Python SDK documentation (300 seconds unless set).
from cohere.client import Client as Client, AsyncClient as AsyncClient
from cohere.client_v2 import ClientV2 as ClientV2, AsyncClientV2 as AsyncClientV2
