# Facts: django-mptt documentation, "Models and Managers".
from django.db.models import Manager

class TreeManager(Manager):
    @effect("db.write")
    def rebuild(self, batch_size=..., **filters): ...
    def root_nodes(self) -> Self: ...
