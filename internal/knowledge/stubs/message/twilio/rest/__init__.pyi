# Facts: Twilio Python helper library documentation. The HTTP client has no timeout unless one is given.

class Client:
    messages: _Messages
    calls: _Calls
    verify: Any
    @effect("env")
    def __init__(self, username=..., password=..., account_sid=..., region=..., http_client=..., environment=..., edge=..., user_agent_extensions=..., credential_provider=...): ...

class _Messages:
    @effect("notify", default_timeout=None, idempotent=False)
    def create(self, to, from_=..., body=..., media_url=..., messaging_service_sid=..., **kwargs): ...
    @effect("notify", default_timeout=None, idempotent=False)
    async def create_async(self, to, from_=..., body=..., media_url=..., messaging_service_sid=..., **kwargs): ...
    @effect("net", default_timeout=None)
    def list(self, **kwargs): ...

class _Calls:
    @effect("notify", default_timeout=None, idempotent=False)
    def create(self, to, from_, **kwargs): ...
    @effect("net", default_timeout=None)
    def list(self, **kwargs): ...
