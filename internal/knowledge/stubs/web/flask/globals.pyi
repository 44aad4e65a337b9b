# Facts: Flask documentation, "The Request Context".
from flask.wrappers import Request
from flask.app import Flask
request: Request
session: dict[str, Any]
g: Any
current_app: Flask
