# Facts: Django documentation, "Class-based views".
from django.views.generic.base import View as View
