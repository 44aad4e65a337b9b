# Facts: FreezeGun README: replaces the clock for the time of the test.

@framework("test")
@effect("state")
@wraps_decorated(factory=True)
def freeze_time(time_to_freeze=..., tz_offset=..., ignore=..., tick=..., as_arg=..., as_kwarg=..., auto_tick_seconds=..., real_asyncio=...): ...
