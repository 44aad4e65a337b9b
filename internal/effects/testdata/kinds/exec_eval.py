import ast
import importlib


def formula(text, values):  # want: exec
    return eval(text, {}, values)


def run_script(text):  # want: exec
    scope = {}
    exec(compile(text, "script", "exec"), scope)
    return scope


def literal(text):  # want:
    return ast.literal_eval(text)


def formulas(texts, values):  # want: exec
    return [formula(t, values) for t in texts]
