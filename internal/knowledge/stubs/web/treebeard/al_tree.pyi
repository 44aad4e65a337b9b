# Facts: django-treebeard documentation, "Adjacency List trees".
from django.db.models import Manager
from treebeard.models import Node

class AL_NodeManager(Manager): ...
class AL_Node(Node):
    objects: AL_NodeManager
