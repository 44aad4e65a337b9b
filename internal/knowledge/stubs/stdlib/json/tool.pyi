# Facts: Python documentation, "json".
@effect("stdout")
@effect("fs.read")
def main(): ...
