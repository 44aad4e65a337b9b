# Facts: Trino Python client documentation, "Authentication mechanisms".

class BasicAuthentication:
    def __init__(self, username, password): ...

class JWTAuthentication:
    def __init__(self, token): ...

class OAuth2Authentication:
    def __init__(self, redirect_auth_url_handler=...): ...
