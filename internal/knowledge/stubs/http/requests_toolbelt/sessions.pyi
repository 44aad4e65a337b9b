# Facts: Requests Toolbelt documentation, "BaseUrlSession".
from requests.sessions import Session

class BaseUrlSession(Session):
    def __init__(self, base_url=...): ...
