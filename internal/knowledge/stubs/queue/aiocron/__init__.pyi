# Facts: aiocron documentation; the function runs on the event loop when its time comes.
@registers_decorated(phase="job", factory=True)
@registers("func", phase="job")
@effect("task")
def crontab(spec, func=..., args=..., kwargs=..., start=..., loop=..., tz=...): ...
