# Facts: django-treebeard documentation, "API".
