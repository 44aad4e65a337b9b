# Facts: discord.py documentation, "discord.ext.tasks".

@registers_decorated(phase="job")
def loop(*, seconds=..., minutes=..., hours=..., time=..., count=..., reconnect=..., name=...): ...
