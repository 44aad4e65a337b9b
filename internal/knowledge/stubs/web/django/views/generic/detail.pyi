# Facts: Django documentation, "Generic display views".
from django.views.generic.base import View as View

class DetailView(View):
    @effect("db")
    def get_object(self, queryset=...): ...
