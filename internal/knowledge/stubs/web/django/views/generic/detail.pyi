# Facts: Django documentation, "Generic display views".
from django.views.generic.base import View as View

@handlers("get_object", "get_queryset", "get_context_data", phase="request", method="GET")
class DetailView(View):
    @effect("db")
    def get_object(self, queryset=...): ...
