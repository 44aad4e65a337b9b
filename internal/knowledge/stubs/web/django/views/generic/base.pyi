# Facts: Django documentation, "Base views". Methods named after HTTP methods answer requests.
from django.http.request import HttpRequest

@handlers("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", phase="request")
@handlers("dispatch", phase="request")
class View:
    request: HttpRequest
    kwargs: dict[str, Any]
    @classmethod
    def as_view(cls, **initkwargs): ...
    def setup(self, request, *args, **kwargs): ...
    def dispatch(self, request, *args, **kwargs): ...

@handlers("get_context_data", phase="request")
class TemplateView(View): ...
@handlers("get_redirect_url", phase="request")
class RedirectView(View): ...
