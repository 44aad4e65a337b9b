# Facts: Django documentation, "The \"sites\" framework". The current site is cached after the first query.
from django.db.models import Manager, Model

class SiteManager(Manager):
    @effect("db")
    def get_current(self, request=...) -> Site: ...
    def clear_cache(self): ...
    @effect("db")
    def get_by_natural_key(self, domain) -> Site: ...

class Site(Model):
    domain: str
    name: str
    objects: SiteManager[Self]
