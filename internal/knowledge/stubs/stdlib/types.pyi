# Facts: Python documentation, "types".
from typing import Callable

class FrameType:
    f_back: FrameType
    f_code: CodeType
    f_globals: dict[str, object]
    f_locals: dict[str, object]
    f_lineno: int

class CodeType:
    co_name: str
    co_filename: str
    def replace(self, **kwargs) -> CodeType: ...

class ModuleType:
    __name__: str
    __file__: str
    __doc__: str
    def __init__(self, name, doc=...): ...

class FunctionType:
    __name__: str
    __doc__: str
    __module__: str
    __wrapped__: Callable[..., object]
    __code__: CodeType
    __defaults__: tuple[object, ...]
    def __init__(self, code, globals, name=..., argdefs=..., closure=..., kwdefaults=...): ...

class MethodType:
    __func__: FunctionType
    __self__: object
    def __init__(self, function, instance, /): ...

class TracebackType:
    tb_frame: FrameType
    tb_lineno: int
    tb_next: TracebackType

class SimpleNamespace:
    def __init__(self, mapping_or_iterable=..., /, **kwargs): ...

class MappingProxyType(dict):
    def __init__(self, mapping): ...

class GenericAlias: ...
class DynamicClassAttribute: ...
class GeneratorType:
    def send(self, object, /): ...
    def throw(self, type, value=..., traceback=..., /): ...
    def close(self): ...

class CoroutineType:
    def send(self, object, /): ...
    def throw(self, type, value=..., traceback=..., /): ...
    def close(self): ...

@wraps_decorated()
def coroutine(func): ...
@calls("exec_body")
def new_class(name, bases=..., kwds=..., exec_body=...) -> type: ...
def prepare_class(name, bases=..., kwds=...): ...
def resolve_bases(bases): ...
def get_original_bases(cls, /): ...
