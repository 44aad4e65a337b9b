"""The mode reaches open() through constants, parameters and defaults."""
APPEND = "a"


def opened(path, mode="r"):  # want: fs.write!
    return open(path, mode)


def load(path):
    return opened(path)


def store(path):  # want: fs.write!
    return opened(path, "w")


def appended(path):  # want: fs.write!
    return open(path, APPEND)


def unknown(path, mode):  # want: fs.read!
    return open(path, mode)


def chosen(path, new):  # want: fs.write!
    mode = "x" if new else "a"
    return open(path, mode)


def path_open(path):  # want: fs.write!
    from pathlib import Path

    with Path(path).open("w") as f:
        f.write("x")
