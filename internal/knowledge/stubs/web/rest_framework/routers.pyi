# Facts: Django REST framework documentation, "Routers".

class SimpleRouter:
    @registers("viewset",phase="request")
    def register(self, prefix, viewset, basename=...): ...

class DefaultRouter(SimpleRouter): ...
