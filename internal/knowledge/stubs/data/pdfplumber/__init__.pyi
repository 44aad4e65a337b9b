# Facts: pdfplumber documentation.
from pdfplumber.pdf import PDF
@effect("fs.read")
def open(path_or_fp, pages=..., laparams=..., password=..., strict_metadata=..., unicode_norm=..., repair=..., gs_path=..., repair_setting=..., raise_unicode_errors=...) -> PDF: ...
