# Facts: Django REST framework documentation, "Views". Methods named after HTTP methods answer requests.
from django.views.generic.base import View as View
from rest_framework.request import Request as Request

class APIView(View):
    request: Request
    @classmethod
    def as_view(cls, **initkwargs): ...
    def dispatch(self, request, *args, **kwargs): ...
