# Facts: Python documentation, "urllib.response".
class addbase: ...
class addinfo(addbase): ...
class addinfourl(addinfo):
    code: int
    status: int
    url: str
