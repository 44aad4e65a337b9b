# Facts: Resend Python SDK documentation (30 seconds).
api_key: str

class Emails:
    @classmethod
    @effect("notify", default_timeout=30, idempotent=False)
    def send(cls, params, options=...): ...
    @classmethod
    @effect("net")
    def get(cls, email_id): ...

class Batch:
    @classmethod
    @effect("notify", default_timeout=30, idempotent=False)
    def send(cls, params, options=...): ...
