# Facts: Flask-Login documentation, "Your User Class".

class UserMixin:
    is_active: bool
    is_authenticated: bool
    is_anonymous: bool
    def get_id(self): ...

class AnonymousUserMixin:
    is_active: bool
    is_authenticated: bool
    is_anonymous: bool
    def get_id(self): ...
