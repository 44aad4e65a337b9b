# Facts: django-mptt documentation, "Models and Managers".
from django.db.models import QuerySet

class TreeQuerySet(QuerySet): ...
