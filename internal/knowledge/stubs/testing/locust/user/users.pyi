# Facts: Locust documentation, "Writing a locustfile"; the client is a requests session.
from requests.sessions import Session

class User:
    def on_start(self): ...
    def on_stop(self): ...

class HttpUser(User):
    client: Session
