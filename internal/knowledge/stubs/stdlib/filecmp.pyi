# Facts: Python documentation, "filecmp".
@effect("fs.read")
def cmp(f1, f2, shallow=...) -> bool: ...
@effect("fs.read")
def cmpfiles(a, b, common, shallow=...) -> tuple[list[str], list[str], list[str]]: ...

class dircmp:
    def __init__(self, a, b, ignore=..., hide=..., *, shallow=...): ...
    @effect("fs.read")
    @effect("stdout")
    def report(self): ...
    @effect("fs.read")
    @effect("stdout")
    def report_full_closure(self): ...
    @effect("fs.read")
    @effect("stdout")
    def report_partial_closure(self): ...
    left_list: list[str]
    right_list: list[str]
    common: list[str]
    left_only: list[str]
    right_only: list[str]
    diff_files: list[str]
    same_files: list[str]
    subdirs: dict[str, dircmp]

def clear_cache(): ...
