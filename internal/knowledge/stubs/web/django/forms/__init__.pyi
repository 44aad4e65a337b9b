# Facts: Django documentation, "The Forms API".
from django.forms.forms import Form as Form, BaseForm as BaseForm
from django.forms.models import ModelForm as ModelForm, BaseModelForm as BaseModelForm
