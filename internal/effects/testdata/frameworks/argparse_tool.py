import argparse
import getpass
import hashlib
import os
import shutil
import socket
import sys
from datetime import datetime
from pathlib import Path

def digest(path: Path):  # want: fs.read!
    h = hashlib.sha256()
    with path.open("rb") as f:
        while chunk := f.read(8192):
            h.update(chunk)
    return h.hexdigest()

def cmd_make(args):  # want: fs.read! fs.write! stdout clock
    name = f"{socket.gethostname()}-{datetime.now():%F}"
    shutil.make_archive(name, "zip", args.dir)
    print(digest(Path(name + ".zip")))

def cmd_prune(args):  # want: fs.read! fs.write!
    for p in sorted(Path(args.dir).glob("*.zip"), key=lambda p: p.stat().st_mtime)[: -args.keep]:
        if not args.dry_run:
            p.unlink()

def cmd_push(args):  # want: net! fs.read!
    with socket.create_connection((args.host, 9)) as s, open(args.file, "rb") as f:
        s.sendfile(f)

def build():  # want:
    p = argparse.ArgumentParser(description=__doc__)
    sub = p.add_subparsers(required=True)
    for name, fn in {"make": cmd_make, "prune": cmd_prune, "push": cmd_push}.items():
        q = sub.add_parser(name)
        q.set_defaults(run=fn)
    return p

def main():  # want: net!~ fs.read!~ fs.write!~ stdout clock~
    args = build().parse_args()
    try:
        args.run(args)
    except OSError as e:
        print(e, file=sys.stderr)
        return 1

if __name__ == "__main__":
    sys.exit(main())
