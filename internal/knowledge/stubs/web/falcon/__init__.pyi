# Facts: Falcon documentation, "The App Class" and "Resources". A resource's `on_get` and its like answer requests.
from falcon.app import App as App
from falcon.request import Request as Request
from falcon.response import Response as Response

@wraps_decorated(factory=True)
def before(action, *args, **kwargs): ...
@wraps_decorated(factory=True)
def after(action, *args, **kwargs): ...
