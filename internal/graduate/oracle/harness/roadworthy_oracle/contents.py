"""What a file holds, as a value: two files with the same content are the same result, whatever bytes a library wraps around it.

Text formats are read with the standard library; Parquet, HDF5 and Feather by the libraries that wrote them, if they are there. What is not known
is told by its bytes.
"""

import csv
import io
import json
import os
import re
import sqlite3
import zipfile

LIMIT = 64 << 20


def content(path, canon):
    """(kind, tree) of a file; kind "bytes" when only its bytes can be told."""
    name = os.path.basename(path).lower()
    extension = name.rsplit(".", 1)[-1] if "." in name else ""
    size = os.path.getsize(path)
    if size <= LIMIT:
        reader = READERS.get(extension)
        if reader is None and extension in ("sqlite", "sqlite3", "db"):
            reader = database
        if reader is not None:
            try:
                tree = reader(path, canon)
                if tree is not None:
                    return extension, tree
            except Exception:  # not what its name says: its bytes are left
                pass
        with open(path, "rb") as f:
            data = f.read()
        if data.startswith(b"SQLite format 3\0"):
            try:
                return "sqlite", database(path, canon)
            except sqlite3.Error:
                pass
        try:
            return "text", {"k": "str", "v": data.decode("utf-8").replace("\r\n", "\n")} if len(data) <= 1 << 20 else canon.tree_of(data.decode("utf-8"))
        except UnicodeDecodeError:
            return "bytes", raw(data, canon)
    from .canon import digest

    with open(path, "rb") as f:
        return "bytes", {"k": "bytes", "h": digest(*iter(lambda: f.read(1 << 20), b"")), "s": size}


def raw(data, canon):
    made = canon.block("uint8", (len(data),), data, 1)
    return {"k": "bytes", "i": [made]}


def separated(delimiter):
    def read(path, canon):
        with open(path, newline="", encoding="utf-8") as f:
            rows = list(csv.reader(f, delimiter=delimiter))
        header = rows[0] if rows else []
        width = {len(r) for r in rows}
        if len(width) == 1 and rows:
            # By column, so that a column of numbers is an array.
            columns = [typed([r[i] for r in rows[1:]], canon) for i in range(len(header))]
            return {"k": "object", "t": "table", "n": ["header", "rows", "columns"], "i": [canon.tree_of(header), canon.tree_of(len(rows) - 1), {"k": "list", "i": columns}]}
        return canon.tree_of(rows)

    return read


def typed(texts, canon):
    import array

    try:
        if texts and all(t == "" or NUMBER.match(t) for t in texts) and any("." in t or "e" in t for t in texts):
            values = [float(t) if t else float("nan") for t in texts]
            return canon.block("float64", (len(values),), array.array("d", values).tobytes(), 8)
    except ValueError:
        pass
    return canon.tree_of(texts)


NUMBER = re.compile(r"^-?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$|^nan$|^-?inf$")


def read_json(path, canon):
    with open(path, encoding="utf-8") as f:
        return canon.tree_of(json.load(f))


def read_jsonl(path, canon):
    with open(path, encoding="utf-8") as f:
        return canon.tree_of([json.loads(line) for line in f if line.strip()])


def database(path, canon):
    connection = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    try:
        tables = [r[0] for r in connection.execute("select name from sqlite_master where type='table' and name not like 'sqlite_%' order by name")]
        content = {}
        for t in tables:
            cursor = connection.execute('select * from "%s"' % t.replace('"', '""'))
            content[t] = [[d[0] for d in cursor.description], [list(r) for r in cursor.fetchall()]]
        return canon.tree_of(content)
    finally:
        connection.close()


def workbook(path, canon):
    """Cells of an .xlsx by sheet, with shared strings resolved; styles and dates of writing left out."""
    import xml.etree.ElementTree as tree

    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as z:
        shared = []
        if "xl/sharedStrings.xml" in z.namelist():
            for item in tree.fromstring(z.read("xl/sharedStrings.xml")).iter(space + "si"):
                shared.append("".join(t.text or "" for t in item.iter(space + "t")))
        names = [s.get("name") for s in tree.fromstring(z.read("xl/workbook.xml")).iter(space + "sheet")]
        sheets = sorted((n for n in z.namelist() if re.match(r"xl/worksheets/sheet\d+\.xml$", n)), key=lambda n: int(re.findall(r"\d+", n)[-1]))
        content = {"sheets": names}
        for n in sheets:
            cells = []
            for c in tree.fromstring(z.read(n)).iter(space + "c"):
                value, kind = c.find(space + "v"), c.get("t")
                text = value.text if value is not None else "".join(t.text or "" for t in c.iter(space + "t"))
                if kind == "s" and text:
                    text = shared[int(text)]
                elif kind in (None, "n") and text:
                    text = float(text)
                cells.append([c.get("r"), text])
            content[n] = cells
    return canon.tree_of(content)


def arrays(path, canon):
    import numpy

    loaded = numpy.load(path, allow_pickle=False)
    if hasattr(loaded, "files"):
        with loaded:
            return canon.tree_of({n: loaded[n] for n in sorted(loaded.files)})
    return canon.tree_of(loaded)


def pickled(path, canon):
    """Loaded in the run that wrote it, where its classes are; nothing is unpickled outside."""
    import pickle

    with open(path, "rb") as f:
        return canon.tree_of(pickle.load(f))


def joblib_file(path, canon):
    import joblib

    return canon.tree_of(joblib.load(path))


def by_pandas(function):
    def read(path, canon):
        import pandas

        return canon.tree_of(getattr(pandas, function)(path))

    return read


def hdf(path, canon):
    import pandas

    with pandas.HDFStore(path, "r") as store:
        return canon.tree_of({k: store[k] for k in sorted(store.keys())})


def archive(path, canon):
    with zipfile.ZipFile(path) as z:
        return canon.tree_of({n: z.read(n) for n in sorted(z.namelist())})


def compressed(path, canon):
    import gzip

    with gzip.open(path, "rb") as f:
        return canon.tree_of(f.read())


def picture(path, canon):
    """The image's file itself, for a comparison of pixels; what surrounds them is left out there."""
    with open(path, "rb") as f:
        return {"k": "image", "t": path.rsplit(".", 1)[-1].lower(), "i": [canon.block("uint8", (os.path.getsize(path),), f.read(), 1)]}


def document(path, canon):
    with open(path, "rb") as f:
        data = f.read()
    # Dates and identities that the writer puts in.
    data = re.sub(rb"/(CreationDate|ModDate)\s*\([^)]*\)", b"", data)
    data = re.sub(rb"/ID\s*\[[^\]]*\]", b"", data)
    return raw(data, canon)


def markup(path, canon):
    with io.open(path, encoding="utf-8") as f:
        return {"k": "markup", "t": path.rsplit(".", 1)[-1].lower(), "v": f.read()}


READERS = {
    "csv": separated(","), "tsv": separated("\t"), "json": read_json, "geojson": read_json, "jsonl": read_jsonl, "ndjson": read_jsonl, "xlsx": workbook,
    "npy": arrays, "npz": arrays, "pkl": pickled, "pickle": pickled, "joblib": joblib_file, "parquet": by_pandas("read_parquet"), "feather": by_pandas("read_feather"),
    "h5": hdf, "hdf5": hdf, "hdf": hdf, "zip": archive, "gz": compressed, "png": picture, "jpg": picture, "jpeg": picture, "gif": picture, "pdf": document,
    "svg": markup, "html": markup, "htm": markup, "db": database, "sqlite": database, "sqlite3": database,
}
