"""Changes the rows of an input: `python vary.py FILE FOLDER` writes one changed copy of FILE for each change into FOLDER, named by the change.

Formats that are no text: JSON, JSON lines, SQLite, Excel workbooks, Parquet. What cannot be read, or has too few rows, gives nothing. The
changes are those that delimited text gets: half of the rows, rows in reverse, some rows twice, some numbers missing.
"""

import json
import os
import shutil
import sys

MOST = 200_000  # rows
CHANGES = {
    "half": lambda n: [i for i in range(n) if i % 2 == 0],
    "reverse": lambda n: list(range(n - 1, -1, -1)),
    "twice": lambda n: [j for i in range(n) for j in ([i, i] if i % 5 == 1 else [i])],
    "blank": None,  # numbers, not rows
}


def main(path, folder):
    with open(path, "rb") as f:
        head = f.read(16)
    name = path.lower()
    if head == b"SQLite format 3\x00":
        vary = sqlite
    elif name.endswith(".xlsx"):
        vary = workbook
    elif name.endswith(".parquet"):
        vary = parquet
    elif name.endswith((".jsonl", ".ndjson")):
        vary = json_lines
    elif name.endswith((".json", ".geojson")):
        vary = json_file
    else:
        return
    for change in CHANGES:
        to = os.path.join(folder, change)
        try:
            if not vary(path, to, change) and os.path.exists(to):
                os.remove(to)
        except Exception as error:
            sys.stderr.write("%s: %s: %s\n" % (change, type(error).__name__, error))
            if os.path.exists(to):
                os.remove(to)


def blanked(rows, number=float):
    """Rows as lists or dicts, with a number missing in every seventh, another column each time."""
    out, turn = [], 0
    for i, row in enumerate(rows):
        if i % 7 == 3 and isinstance(row, (list, dict)) and row:
            row = row.copy()
            keys = list(row) if isinstance(row, dict) else list(range(len(row)))
            for k in range(len(keys)):
                j = (k + turn) % len(keys)
                if type(row[keys[j]]) is number:
                    row[keys[j]] = None
                    turn = j + 1
                    break
        out.append(row)
    return out


def changed(rows, change):
    if change == "blank":
        return blanked(rows)
    return [rows[i] for i in CHANGES[change](len(rows))]


# ---- JSON --------------------------------------------------------------------


def records(value, depth=0):
    """Where the rows are: (the container, its key) of the longest list of objects, or the list of all when the value is one."""
    best = None
    if isinstance(value, dict) and depth < 3:
        for key, below in value.items():
            if isinstance(below, list) and len(below) > 2 and all(isinstance(x, dict) for x in below):
                found = (len(below), value, key)
            else:
                found = records(below, depth + 1)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
    return best


def vary_value(value, change):
    if isinstance(value, list):
        return changed(value, change) if 2 < len(value) <= MOST else None
    if not isinstance(value, dict):
        return None
    columns = [v for v in value.values() if isinstance(v, list)]
    if columns and len(columns) == len(value) and len({len(c) for c in columns}) == 1 and len(columns[0]) > 2:
        names = list(value)
        rows = changed([list(r) for r in zip(*columns)], change)
        return {name: [r[k] for r in rows] for k, name in enumerate(names)}
    found = records(value)
    if found is None:
        return None
    _, container, key = found
    container[key] = changed(container[key], change)
    return value


def json_file(path, to, change):
    with open(path, encoding="utf-8-sig") as f:
        text = f.read()
    value = vary_value(json.loads(text), change)
    if value is None or value == json.loads(text):
        return False
    with open(to, "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False)
    return True


def json_lines(path, to, change):
    with open(path, encoding="utf-8-sig") as f:
        rows = [json.loads(line) for line in f if line.strip()]
    if not 2 < len(rows) <= MOST:
        return False
    made = changed(rows, change)
    if made == rows:
        return False
    with open(to, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in made)
    return True


# ---- databases ---------------------------------------------------------------


def sqlite(path, to, change):
    import sqlite3

    shutil.copyfile(path, to)
    db = sqlite3.connect(to)
    done = False
    try:
        names = [n for (n,) in db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")]
        for name in names:
            table = '"' + name.replace('"', '""') + '"'
            (count,) = db.execute("select count(*) from " + table).fetchone()
            if not 2 < count <= MOST:
                continue
            rows = [list(r) for r in db.execute("select * from " + table)]
            made = changed(rows, change)
            db.execute("delete from " + table)
            places = ",".join("?" * len(rows[0]))
            for k, row in enumerate(made):
                try:
                    db.execute("insert into %s values (%s)" % (table, places), row)
                except sqlite3.IntegrityError:
                    if change != "blank":
                        continue  # a row that may be there once stays once
                    db.execute("insert into %s values (%s)" % (table, places), rows[k])
            done = done or [list(r) for r in db.execute("select * from " + table)] != rows
        db.commit()
    finally:
        db.close()
    return done


# ---- workbooks ---------------------------------------------------------------


def workbook(path, to, change):
    import copy

    import openpyxl

    book = openpyxl.load_workbook(path)
    done = False
    for sheet in book.worksheets:
        rows = [list(r) for r in sheet.iter_rows(min_row=2, values_only=True)]
        if not 2 < len(rows) <= MOST or sheet.merged_cells.ranges:
            continue
        made = changed(rows, change)
        if made == rows:
            continue
        done = True
        formats = [copy.copy(c.number_format) for c in sheet[2]]
        for k in range(max(len(rows), len(made))):
            for j in range(len(rows[0])):
                cell = sheet.cell(row=k + 2, column=j + 1)
                cell.value = made[k][j] if k < len(made) else None
                if k >= len(rows):
                    cell.number_format = formats[j]
        if len(made) < len(rows):
            sheet.delete_rows(len(made) + 2, len(rows) - len(made))
    if done:
        book.save(to)
    return done


# ---- Parquet -----------------------------------------------------------------


def parquet(path, to, change):
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    if not 2 < table.num_rows <= MOST:
        return False
    if change != "blank":
        made = table.take(pyarrow.array(CHANGES[change](table.num_rows)))
    else:
        made, turn = table, 0
        floats = [k for k, f in enumerate(table.schema) if pyarrow.types.is_floating(f.type)]
        if not floats or table.num_rows < 4:
            return False
        missing = {}
        for i in range(3, table.num_rows, 7):
            missing.setdefault(floats[turn % len(floats)], set()).add(i)
            turn += 1
        for k, rows in missing.items():
            field = table.schema.field(k)
            values = [None if i in rows else v for i, v in enumerate(table.column(k).to_pylist())]
            made = made.set_column(k, field, pyarrow.array(values, type=field.type))
    pyarrow.parquet.write_table(made, to)
    return True


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
