# Facts: Quart documentation, "Contexts".
from quart.wrappers import Request
request: Request
