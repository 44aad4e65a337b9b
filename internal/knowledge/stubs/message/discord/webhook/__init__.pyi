# Facts: discord.py documentation, "Webhook Support".

class SyncWebhook:
    @classmethod
    def from_url(cls, url, *, session=..., bot_token=...) -> SyncWebhook: ...
    @effect("notify", idempotent=False)
    def send(self, content=...): ...
