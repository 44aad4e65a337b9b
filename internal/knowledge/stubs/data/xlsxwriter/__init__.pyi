# Facts: XlsxWriter documentation: the file is written when the workbook is closed.
from xlsxwriter.workbook import Workbook as Workbook
