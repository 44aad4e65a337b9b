# Facts: django-treebeard documentation, "Materialized Path trees".
from django.db.models import Manager, QuerySet
from treebeard.models import Node

class MP_NodeQuerySet(QuerySet): ...
class MP_NodeManager(Manager): ...
class MP_Node(Node):
    objects: MP_NodeManager
