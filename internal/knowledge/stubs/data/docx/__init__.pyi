# Facts: python-docx documentation.
from docx.document import Document as _Document
@effect("fs.read")
def Document(docx=...) -> _Document: ...
