# Facts: google-auth documentation, "Transports"; a request waits 120 seconds unless told otherwise.
from requests.sessions import Session

class Request:
    def __init__(self, session=...): ...
    @effect("net", url="url", method="method", timeout="timeout", default_timeout=120)
    def __call__(self, url, method=..., body=..., headers=..., timeout=..., **kwargs): ...

class AuthorizedSession(Session):
    def __init__(self, credentials, refresh_status_codes=..., max_refresh_attempts=..., refresh_timeout=..., auth_request=..., default_host=...): ...
