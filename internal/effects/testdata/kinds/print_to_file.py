import io
import sys
import time


def report(rows, path):  # want: fs.write!
    with open(path, "w") as f:
        for r in rows:
            print(r, file=f)


def problem(text):  # want: stdout
    print("problem:", text, file=sys.stderr)


def rendered(rows):  # want:
    out = io.StringIO()
    for r in rows:
        print(r, file=out)
    return out.getvalue()


def anywhere(rows, out=None):  # want: stdout
    for r in rows:
        print(r, file=out)


class Slow:
    def write(self, text):  # want: sleep!
        time.sleep(0.1)


def throttled(rows):  # want: sleep!
    for r in rows:
        print(r, file=Slow())
