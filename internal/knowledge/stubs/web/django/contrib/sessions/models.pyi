# Facts: Django documentation, "How to use sessions".
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager as BaseSessionManager

class SessionManager(BaseSessionManager): ...

class Session(AbstractBaseSession):
    objects: SessionManager[Self]
