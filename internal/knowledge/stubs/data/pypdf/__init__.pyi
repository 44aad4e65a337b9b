# Facts: pypdf documentation.
from pypdf._reader import PdfReader as PdfReader
from pypdf._writer import PdfWriter as PdfWriter
