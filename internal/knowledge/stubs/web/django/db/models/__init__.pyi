# Facts: Django documentation, "Model instance reference" and "Making queries".
from django.db.models.base import Model as Model
from django.db.models.manager import Manager as Manager, _ManyRelatedManager
from django.db.models.query import QuerySet as QuerySet

@effect("db")
def prefetch_related_objects(model_instances, *related_lookups): ...
def ManyToManyField(to, **kwargs) -> _ManyRelatedManager: ...
