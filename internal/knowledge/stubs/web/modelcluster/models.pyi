# Facts: django-modelcluster documentation, README.
from django.db.models import Model

class ClusterableModel(Model): ...
