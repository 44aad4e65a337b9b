# Facts: django-lifecycle documentation, "Lifecycle Hooks".
from django_lifecycle.models import LifecycleModel as LifecycleModel
