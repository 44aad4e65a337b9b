# Facts: Django documentation, "Generic editing views".
from django.forms.models import BaseModelForm
from django.views.generic.base import View as View

@handlers("form_valid", "form_invalid", "get_context_data", "get_form_kwargs", "get_initial", phase="request")
class FormView(View):
    def get_form(self, form_class=...) -> BaseModelForm: ...
    def form_valid(self, form: BaseModelForm): ...
    def form_invalid(self, form: BaseModelForm): ...

class CreateView(FormView):
    @effect("db.write")
    def form_valid(self, form: BaseModelForm): ...

@handlers("get_object", "get_queryset", phase="request")
class UpdateView(FormView):
    @effect("db")
    def get_object(self, queryset=...): ...
    @effect("db.write")
    def form_valid(self, form: BaseModelForm): ...

@handlers("get_object", "get_queryset", "form_valid", phase="request")
class DeleteView(View):
    @effect("db")
    def get_object(self, queryset=...): ...
