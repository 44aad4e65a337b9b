# Facts: aiosmtplib documentation, "The send Coroutine".

@effect("notify", timeout="timeout", default_timeout=60, idempotent=False)
async def send(message, /, *, timeout=...): ...
