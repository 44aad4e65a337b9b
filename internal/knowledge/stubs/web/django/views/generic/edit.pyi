# Facts: Django documentation, "Generic editing views".
from django.views.generic.base import View as View

class FormView(View):
    def form_valid(self, form): ...
    def form_invalid(self, form): ...

class CreateView(FormView):
    @effect("db.write")
    def form_valid(self, form): ...

class UpdateView(FormView):
    @effect("db")
    def get_object(self, queryset=...): ...
    @effect("db.write")
    def form_valid(self, form): ...

class DeleteView(View):
    @effect("db")
    def get_object(self, queryset=...): ...
