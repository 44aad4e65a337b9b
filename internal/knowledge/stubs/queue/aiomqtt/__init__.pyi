# Facts: aiomqtt documentation.
from aiomqtt.client import Client as Client
