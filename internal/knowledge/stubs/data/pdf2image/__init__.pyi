# Facts: pdf2image documentation: every call runs a program of Poppler.
from pdf2image.pdf2image import convert_from_path as convert_from_path, convert_from_bytes as convert_from_bytes, pdfinfo_from_path as pdfinfo_from_path, pdfinfo_from_bytes as pdfinfo_from_bytes
