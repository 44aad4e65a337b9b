# Facts: SendGrid Python library documentation.

class SendGridAPIClient:
    client: Any
    @effect("env")
    def __init__(self, api_key=..., host=..., impersonate_subuser=...): ...
    @effect("notify", default_timeout=None, idempotent=False)
    def send(self, message): ...
