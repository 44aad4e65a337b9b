# Facts: Quart documentation, "Contexts".
from quart.app import Quart
from quart.wrappers import Request
request: Request
current_app: Quart
