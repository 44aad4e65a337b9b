# Facts: PyPDF2 documentation; pypdf's name of before.
from PyPDF2._reader import PdfReader as PdfReader
from PyPDF2._writer import PdfWriter as PdfWriter
from PyPDF2._merger import PdfMerger as PdfMerger
