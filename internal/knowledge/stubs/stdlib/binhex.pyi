# Facts: Python documentation, "binhex".
@effect("fs.read")
@effect("fs.write")
def binhex(inp, out): ...
@effect("fs.read")
@effect("fs.write")
def hexbin(inp, out): ...
