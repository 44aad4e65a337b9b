# Facts: Django documentation, "django.contrib.auth".
from django.db.models import Model, Manager
from django.db.models.manager import _ManyRelatedManager

class AbstractUser(Model):
    objects: UserManager
    def set_password(self, raw_password): ...
    def check_password(self, raw_password): ...
    @effect("db")
    def has_perm(self, perm, obj=...): ...
    @effect("db")
    def has_perms(self, perm_list, obj=...): ...
    @effect("notify", idempotent=False)
    def email_user(self, subject, message, from_email=..., **kwargs): ...

class User(AbstractUser):
    groups: _ManyRelatedManager
    user_permissions: _ManyRelatedManager
class Group(Model):
    name: str
    user_set: Manager
class Permission(Model):
    codename: str
class UserManager(Manager):
    @effect("db.write")
    def create_user(self, username, email=..., password=..., **extra_fields): ...
    @effect("db.write")
    def create_superuser(self, username, email=..., password=..., **extra_fields): ...
