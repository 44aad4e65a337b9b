# Facts: django-parler documentation, "Creating models".
from django.db.models import Model
from parler.managers import TranslatableManager

class TranslatableModel(Model):
    objects: TranslatableManager
