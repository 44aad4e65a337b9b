import csv
import sys


def table(rows):  # want: # miss: stdout
    csv.writer(sys.stdout).writerows(rows)


def to_file(path, rows):  # want: fs.write!
    with open(path, "w", newline="") as f:
        csv.writer(f).writerows(rows)


def direct(rows):  # want: stdout
    for row in rows:
        sys.stdout.write(",".join(row))
