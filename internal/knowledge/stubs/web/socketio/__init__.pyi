# Facts: python-socketio documentation, "API Reference".
from socketio.server import Server as Server
from socketio.async_server import AsyncServer as AsyncServer
from socketio.client import Client as Client
from socketio.async_client import AsyncClient as AsyncClient
from socketio.simple_client import SimpleClient as SimpleClient
from socketio.async_simple_client import AsyncSimpleClient as AsyncSimpleClient
from socketio.namespace import Namespace as Namespace, ClientNamespace as ClientNamespace
from socketio.async_namespace import AsyncNamespace as AsyncNamespace, AsyncClientNamespace as AsyncClientNamespace
from socketio.redis_manager import RedisManager as RedisManager
from socketio.async_redis_manager import AsyncRedisManager as AsyncRedisManager
from socketio.middleware import WSGIApp as WSGIApp
from socketio.asgi import ASGIApp as ASGIApp
