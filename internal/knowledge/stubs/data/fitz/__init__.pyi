# Facts: PyMuPDF documentation; its name of before.
from pymupdf import Document as Document, Page as Page, Pixmap as Pixmap, open as open
