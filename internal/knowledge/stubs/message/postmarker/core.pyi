# Facts: Postmarker documentation.

class PostmarkClient:
    emails: _Emails
    def __init__(self, server_token=..., account_token=..., verbosity=..., max_retries=..., timeout=..., logs_stream=..., root_api_url=...): ...

class _Emails:
    @effect("notify", idempotent=False)
    def send(self, message=..., **kwargs): ...
    @effect("notify", idempotent=False)
    def send_batch(self, *emails, **extra): ...
