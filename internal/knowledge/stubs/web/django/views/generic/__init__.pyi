# Facts: Django documentation, "Class-based views".
from django.views.generic.base import View as View, TemplateView as TemplateView, RedirectView as RedirectView
from django.views.generic.list import ListView as ListView
from django.views.generic.detail import DetailView as DetailView
from django.views.generic.edit import FormView as FormView, CreateView as CreateView, UpdateView as UpdateView, DeleteView as DeleteView
