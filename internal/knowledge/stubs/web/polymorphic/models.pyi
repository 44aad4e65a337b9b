# Facts: django-polymorphic documentation, "Quickstart".
from django.db.models import Model
from polymorphic.managers import PolymorphicManager

class PolymorphicModel(Model):
    objects: PolymorphicManager
