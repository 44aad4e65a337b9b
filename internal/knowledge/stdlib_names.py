"""Write which names the modules of the standard library have: stdlib_names.txt.

    python3.8 stdlib_names.py stdlib_names.txt; ...; python3.15 stdlib_names.py stdlib_names.txt

Each interpreter adds the names that it has to those that the file lists, so that after one call for every supported version the
file holds the union. Modules of which a part exists on one operating system only are not in the list: what this machine lacks,
another may have. One line a module or class: its dotted name, then its names.
"""

import importlib
import pkgutil
import sys
import warnings

MODULES = """
abc argparse ast asyncio base64 bisect calendar collections collections.abc colorsys concurrent.futures configparser contextlib
contextvars copy csv dataclasses datetime decimal difflib dis email email.header email.message email.mime.base
email.mime.multipart email.mime.text email.utils enum fnmatch fractions functools getpass glob graphlib gzip hashlib heapq hmac
html html.parser http http.client http.cookiejar http.cookies http.server importlib importlib.metadata importlib.resources
importlib.util inspect io ipaddress itertools json keyword linecache logging logging.config logging.handlers lzma mimetypes
numbers operator os.path pathlib pickle pkgutil platform pprint queue random re reprlib runpy sched secrets shelve shlex shutil
smtplib sqlite3 statistics string struct tarfile tempfile textwrap threading timeit tomllib traceback types typing unicodedata
unittest unittest.mock urllib urllib.error urllib.parse urllib.request urllib.robotparser uuid warnings wave weakref webbrowser
xml.dom.minidom xml.etree.ElementTree xmlrpc.client zipfile zlib zoneinfo
""".split()

CLASSES = "datetime.date datetime.datetime datetime.time datetime.timedelta datetime.timezone".split()


def main(path):
    warnings.simplefilter("ignore")
    names = {}
    try:
        with open(path, encoding="ascii") as f:
            for line in f:
                key, *rest = line.split()
                names[key] = set(rest)
    except FileNotFoundError:
        pass
    for module in MODULES:
        try:
            m = importlib.import_module(module)
        except ImportError:
            continue  # of another version
        found = names.setdefault(module, set())
        found.update(dir(m))
        for sub in pkgutil.iter_modules(getattr(m, "__path__", [])):
            found.add(sub.name)
    for name in CLASSES:
        module, _, cls = name.rpartition(".")
        names.setdefault(name, set()).update(dir(getattr(importlib.import_module(module), cls)))
    with open(path, "w", encoding="ascii") as f:
        for key in sorted(names):
            kept = sorted(n for n in names[key] if n.isascii() and not (n.startswith("__") and n.endswith("__")))
            f.write(" ".join([key, *kept]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
