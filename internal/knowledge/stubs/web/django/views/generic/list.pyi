# Facts: Django documentation, "Generic display views".
from django.views.generic.base import View as View

@handlers("get_queryset", "get_context_data", phase="request", method="GET")
class ListView(View):
    def get_queryset(self): ...
    def get_context_data(self, *, object_list=..., **kwargs): ...
