# Facts: pytz documentation: zone data is read from files.

@effect("fs.read")
def timezone(zone): ...
