# Facts: pymemcache documentation (no timeout unless one is given).
from pymemcache.client.base import Client as Client, PooledClient as PooledClient
from pymemcache.client.hash import HashClient as HashClient
