# Facts: Django REST framework documentation. The names are in the submodules.
