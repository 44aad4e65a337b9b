# Facts: PyPDF2 documentation, "The PdfReader Class".

class PdfReader:
    @effect("fs.read")
    def __init__(self, stream, strict=..., password=...): ...
    pages: list[Any]
    def decrypt(self, password): ...
