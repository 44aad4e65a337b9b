# Facts: Django documentation, "Generic editing views".
from django.views.generic.base import View as View

@handlers("form_valid", "form_invalid", "get_context_data", "get_form_kwargs", "get_initial", phase="request")
class FormView(View):
    def form_valid(self, form): ...
    def form_invalid(self, form): ...

class CreateView(FormView):
    @effect("db.write")
    def form_valid(self, form): ...

@handlers("get_object", "get_queryset", phase="request")
class UpdateView(FormView):
    @effect("db")
    def get_object(self, queryset=...): ...
    @effect("db.write")
    def form_valid(self, form): ...

@handlers("get_object", "get_queryset", "form_valid", phase="request")
class DeleteView(View):
    @effect("db")
    def get_object(self, queryset=...): ...
