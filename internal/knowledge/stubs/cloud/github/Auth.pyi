# Facts: PyGithub documentation, "Authentication".

class Token:
    def __init__(self, token): ...

class Login:
    def __init__(self, login, password): ...

class AppAuth:
    def __init__(self, app_id, private_key=..., *, sign_func=..., jwt_expiry=..., jwt_issued_at=...): ...
