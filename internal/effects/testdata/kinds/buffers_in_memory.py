import gzip
import io
import tarfile
import zipfile

import openpyxl
import pandas as pd
from PIL import Image


def export(df: pd.DataFrame):  # want:
    out = io.StringIO()
    df.to_csv(out, index=False)
    return out.getvalue()


def sheet(rows):  # want:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parse(data: bytes):  # want:
    return pd.read_parquet(io.BytesIO(data))


def bundle(files):  # want:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, text in files:
            z.writestr(name, text)
    return out.getvalue()


def names(data: bytes):  # want:
    with tarfile.open(fileobj=io.BytesIO(data)) as t:
        return t.getnames()


def unpacked(data: bytes):  # want:
    return gzip.GzipFile(fileobj=io.BytesIO(data)).read()


def thumbnail(data: bytes):  # want:
    image = Image.open(io.BytesIO(data))
    out = io.BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()


def unpack_to(data: bytes, folder):  # want: fs.write!
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        z.extractall(folder)


def archive(path, files):  # want: fs.write!
    with zipfile.ZipFile(path, "w") as z:
        for name, text in files:
            z.writestr(name, text)


def stored(data: bytes, path):  # want: fs.write!
    Image.open(io.BytesIO(data)).save(path)


def table(path):  # want: fs.read!
    return pd.read_csv(path)
