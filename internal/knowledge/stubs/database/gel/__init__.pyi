# Facts: Gel Python driver documentation; `timeout` bounds connecting, ten seconds unless set. edgedb is its name of before.
from gel.blocking_client import Client as Client, create_client as create_client
from gel.asyncio_client import AsyncIOClient as AsyncIOClient, create_async_client as create_async_client
