import json
import os
import shutil
import tempfile
from pathlib import Path


def save(path, data):  # want: fs.write!
    with open(path, "w") as f:
        json.dump(data, f)


def append(path, line):  # want: fs.write!
    with open(path, mode="a", encoding="utf-8") as f:
        f.write(line + "\n")


def ensure(folder):  # want: fs.write!
    os.makedirs(folder, exist_ok=True)


def replace(path, text):  # want: fs.write!
    target = Path(path)
    draft = target.with_suffix(".tmp")
    draft.write_text(text)
    draft.replace(target)


def clean(folder):  # want: fs.write!
    shutil.rmtree(folder, ignore_errors=True)


def scratch():  # want: fs.write!
    return tempfile.mkdtemp()
