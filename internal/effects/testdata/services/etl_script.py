# want-import:
"""A nightly script: download, clean, load."""
import argparse
import csv
import datetime
import pathlib
import sqlite3
import sys
import urllib.request

URL = "https://data.example.com/{day}.csv"


def download(day, folder):  # want: net! fs.write!
    target = pathlib.Path(folder) / f"{day}.csv"
    with urllib.request.urlopen(URL.format(day=day)) as reply:
        target.write_bytes(reply.read())
    return target


def rows(path):  # want: fs.read!
    with path.open(newline="") as f:
        for row in csv.DictReader(f):
            yield clean(row)


def clean(row):  # want:
    return {k.strip().lower(): v.strip() for k, v in row.items()}


def load(items, db):  # want: db! db.write! fs.read!
    conn = sqlite3.connect(db)
    with conn:
        conn.executemany("INSERT INTO sales VALUES (:sku, :n)", items)


def main(argv=None):  # want: net! fs.write! fs.read! db! db.write! clock stdout exit
    parser = argparse.ArgumentParser()
    parser.add_argument("--day", default=None)
    args = parser.parse_args(argv)
    day = args.day or datetime.date.today().isoformat()
    path = download(day, "data")
    if not path.exists():
        sys.exit("nothing to load")
    load(rows(path), "sales.db")
    print("done")


if __name__ == "__main__":
    main()
