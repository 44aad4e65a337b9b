# Facts: Django documentation, "How to use sessions".
from django.db.models import Manager, Model

class BaseSessionManager(Manager):
    def encode(self, session_dict) -> str: ...
    @effect("db.write")
    def save(self, session_key, session_dict, expire_date): ...

class AbstractBaseSession(Model):
    session_key: str
    session_data: str
    def get_decoded(self): ...
