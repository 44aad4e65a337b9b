# Facts: Python documentation, "string.templatelib".
class Template:
    strings: tuple[str, ...]
    interpolations: tuple[Interpolation, ...]
    values: tuple[object, ...]

class Interpolation:
    value: object
    expression: str
    conversion: str
    format_spec: str

def convert(obj, /, conversion): ...
