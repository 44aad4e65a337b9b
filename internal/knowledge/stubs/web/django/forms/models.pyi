# Facts: Django documentation, "Creating forms from models".
from django.forms.forms import BaseForm as BaseForm

class BaseModelForm(BaseForm):
    @effect("db")
    def is_valid(self): ...
    @effect("db.write")
    def save(self, commit=...): ...

class ModelForm(BaseModelForm): ...
