# Facts: arq documentation, "Cron Jobs".

@framework("task-queue")
@registers("coroutine",phase="job")
def cron(coroutine, *, name=..., timeout=...): ...
