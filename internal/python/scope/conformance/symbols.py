"""Prints, for each file named on standard input, its symbol tables in the form of scope.Dump: a line with the number
of bytes, then the text. A file that Python rejects gives "error: " and the reason. After a form feed follow the
qualified names of the code objects that the compiler makes, or the error when it rejects the file only then."""

import sys
import symtable

FLAGS = [(name, getattr(symtable, name)) for name in (
    "USE", "DEF_GLOBAL", "DEF_NONLOCAL", "DEF_LOCAL", "DEF_PARAM", "DEF_TYPE_PARAM", "DEF_FREE_CLASS", "DEF_IMPORT",
    "DEF_ANNOT", "DEF_COMP_ITER", "DEF_COMP_CELL")]
BINDINGS = {getattr(symtable, name): name for name in ("FREE", "LOCAL", "GLOBAL_IMPLICIT", "GLOBAL_EXPLICIT", "CELL")}
TYPES = {
    symtable._symtable.TYPE_FUNCTION: "function", symtable._symtable.TYPE_CLASS: "class",
    symtable._symtable.TYPE_MODULE: "module", symtable._symtable.TYPE_ANNOTATION: "annotation",
    symtable._symtable.TYPE_TYPE_ALIAS: "type alias", symtable._symtable.TYPE_TYPE_PARAMETERS: "type parameters",
    symtable._symtable.TYPE_TYPE_VARIABLE: "type variable",
}


def dump(table, indent, out):
    nested = " nested" if table.nested else ""
    out.append(f"{indent}{TYPES[table.type]} {table.name} {table.lineno}{nested}\n")
    for name, flags in sorted(table.symbols.items(), key=lambda item: item[0].encode()):
        binding = BINDINGS[(flags >> symtable.SCOPE_OFF) & symtable.SCOPE_MASK]
        shown = "|".join(flag for flag, value in FLAGS if flags & value == value)
        out.append(f"{indent}  {name}: {binding} {shown}\n")
    for child in table.children:
        dump(child, indent + "    ", out)


def qualnames(code, out):
    for const in code.co_consts:
        if isinstance(const, type(code)):
            out.append(const.co_qualname)
            qualnames(const, out)


def main():
    sys.setrecursionlimit(20000)
    for path in sys.stdin:
        path = path[:-1]
        out = []
        try:
            with open(path, "rb") as f:
                source = f.read()
            dump(symtable._symtable.symtable(source, path, "exec"), "", out)
            names = []
            try:
                qualnames(compile(source, path, "exec", dont_inherit=True, optimize=0), names)
            except SyntaxError as e:
                names = [f"error: {e}"]
            out.append("\f" + "\n".join(names))
        except Exception as e:
            out = [f"error: {e}"]
        text = "".join(out).encode("utf-8", "surrogatepass")
        sys.stdout.buffer.write(b"%d\n" % len(text))
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    import warnings
    warnings.simplefilter("ignore")
    main()
