# Facts: django-treebeard documentation, "Nested Sets trees".
from django.db.models import Manager, QuerySet
from treebeard.models import Node

class NS_NodeQuerySet(QuerySet): ...
class NS_NodeManager(Manager): ...
class NS_Node(Node):
    objects: NS_NodeManager
