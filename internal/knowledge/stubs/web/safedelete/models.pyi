# Facts: django-safedelete documentation, "Model".
from django.db.models import Model
from safedelete.managers import SafeDeleteManager

class SafeDeleteModel(Model):
    objects: SafeDeleteManager
    @effect("db.write")
    def undelete(self, force_policy=..., **kwargs): ...
