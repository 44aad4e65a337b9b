# Facts: Falcon documentation, "ASGI".
from falcon.asgi.app import App as App
