"""Writes what this interpreter makes of Python sources, for comparison: see main.go.

usage: records.py files < list of paths     whole files
       records.py snippets < list of paths  the strings and doctest examples inside test files

A record is one line of JSON with the lengths of what follows it: the source and, when the interpreter accepts it, the
tree.
"""

import ast
import doctest
import json
import sys
import textwrap
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)


def record(name, source):
    tree, error = b"", None
    try:
        tree = ast.dump(ast.parse(source), include_attributes=True).encode("utf-8", "surrogatepass")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as e:
        error = f"{type(e).__name__}: {e}"
    head = {"name": name, "source": len(source), "tree": len(tree), "error": error}
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n")
    out.write(source)
    out.write(tree)


def snippets(path, seen):
    with open(path, "rb") as f:
        tree = ast.parse(f.read())
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, (str, bytes)):
            continue
        found = [node.value]
        if isinstance(node.value, str):
            found.append(textwrap.dedent(node.value))
            try:
                found += [e.source for e in doctest.DocTestParser().get_examples(node.value)]
            except ValueError:
                pass
        for text in found:
            try:
                data = text.encode() if isinstance(text, str) else text
            except UnicodeEncodeError:
                continue
            if data.strip() and data not in seen:
                seen.add(data)
                record(f"{path}:{node.lineno}", data)


seen = set()
for line in sys.stdin:
    path = line.rstrip("\n")
    if sys.argv[1] == "snippets":
        snippets(path, seen)
    else:
        with open(path, "rb") as f:
            record(path, f.read())
