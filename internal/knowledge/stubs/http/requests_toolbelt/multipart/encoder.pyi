# Facts: Requests Toolbelt documentation, "Uploading Data".

class MultipartEncoder:
    def __init__(self, fields, boundary=..., encoding=...): ...
