# Facts: Django REST framework documentation, "Authentication: TokenAuthentication".
from django.contrib.auth.models import User
from django.db.models import Model

class Token(Model):
    key: str
    user: User
    @classmethod
    def generate_key(cls) -> str: ...

class TokenProxy(Token): ...
