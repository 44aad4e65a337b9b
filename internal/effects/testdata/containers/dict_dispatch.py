import shutil
import subprocess


def copy(src, dst):  # want: fs.write!
    shutil.copy(src, dst)


def sync(src, dst):  # want: subprocess!
    subprocess.run(["rsync", src, dst], check=True)


def skip(src, dst):  # want:
    return None


MODES = {"copy": copy, "sync": sync, "skip": skip}


def transfer(mode, src, dst):  # want: fs.write! subprocess!
    return MODES[mode](src, dst)


def safe(src, dst):  # want:
    return MODES["skip"](src, dst)


def by_get(mode, src, dst):  # want: fs.write! subprocess!
    action = MODES.get(mode, skip)
    return action(src, dst)


def exact(src, dst):  # want: fs.write!
    return MODES["copy"](src, dst)
