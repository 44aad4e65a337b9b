# Facts: dateutil documentation, "tz".

@effect("fs.read")
def gettz(name=...): ...
