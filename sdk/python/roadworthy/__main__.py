"""``python -m roadworthy``: the program that was installed beside this package."""

import os
import subprocess
import sys
import sysconfig
from typing import List, Optional


def find_program() -> Optional[str]:
    """The installed program: in this interpreter's scripts directory, or in that of ``pip install --user`` or ``--target``."""
    name = "roadworthy" + (sysconfig.get_config_var("EXE") or "")
    if os.name == "nt":
        user_scheme = "nt_user"
    elif sys.platform == "darwin" and getattr(sys, "_framework", ""):
        user_scheme = "osx_framework_user"
    else:
        user_scheme = "posix_user"
    target = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for directory in (
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", scheme=user_scheme),
        os.path.join(target, "bin"),
    ):
        path = os.path.join(directory, name)
        if os.path.isfile(path):
            return path
    return None


def main(arguments: List[str]) -> int:
    program = find_program()
    if program is None:
        print("roadworthy: the program is not installed beside this package; pip install --force-reinstall roadworthy", file=sys.stderr)
        return 2
    if os.name != "nt":
        os.execv(program, [program, *arguments])
    return subprocess.call([program, *arguments])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
