# Facts: Flask documentation, "The Request Context".
from flask.wrappers import Request
from flask.app import Flask
from flask.ctx import _AppCtxGlobals
request: Request
session: dict[str, Any]
g: _AppCtxGlobals
current_app: Flask
