# Facts: django-lifecycle documentation, "Lifecycle Hooks".
from django.db.models import Model

class LifecycleModel(Model): ...
