# Facts: openpyxl documentation.
from openpyxl.workbook import Workbook

@effect("fs.read", sink="filename")
def load_workbook(filename, read_only=..., keep_vba=..., data_only=..., keep_links=..., rich_text=...) -> Workbook: ...
