# Facts: django-softdelete documentation, README.
from django.db.models import Manager, Model, QuerySet

class SoftDeleteQuerySet(QuerySet): ...
class SoftDeleteManager(Manager): ...
class SoftDeleteObject(Model):
    objects: SoftDeleteManager
