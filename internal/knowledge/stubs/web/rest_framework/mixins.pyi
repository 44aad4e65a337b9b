# Facts: Django REST framework documentation, "Generic views: mixins".
from django.db.models import Model
from rest_framework.serializers import BaseSerializer

class CreateModelMixin:
    @effect("db.write")
    def perform_create(self, serializer: BaseSerializer): ...
    @effect("db.write")
    def create(self, request, *args, **kwargs): ...

class ListModelMixin:
    @effect("db")
    def list(self, request, *args, **kwargs): ...

class RetrieveModelMixin:
    @effect("db")
    def retrieve(self, request, *args, **kwargs): ...

class UpdateModelMixin:
    @effect("db.write")
    def perform_update(self, serializer: BaseSerializer): ...
    @effect("db.write")
    def update(self, request, *args, **kwargs): ...
    @effect("db.write")
    def partial_update(self, request, *args, **kwargs): ...

class DestroyModelMixin:
    @effect("db.write")
    def perform_destroy(self, instance: Model): ...
    @effect("db.write")
    def destroy(self, request, *args, **kwargs): ...
