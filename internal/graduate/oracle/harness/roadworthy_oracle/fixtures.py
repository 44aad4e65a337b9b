"""Values in a form that a test file can hold, checked to read back equal."""

import json
import math


def encode(value, cap):
    try:
        if getattr(value, "size", 0) * 2 > cap or isinstance(value, (list, dict, str)) and len(value) > cap:
            return None  # every element takes a character or two
        made = form(value)
        if made is None:
            return None
        text = json.dumps(made)
        return json.loads(text) if len(text) <= cap else None  # a copy: the program goes on and may change the value
    except Exception:
        return None


def form(value):
    if jsonable(value, 0):
        return {"is": "json", "value": value}
    module = type(value).__module__.split(".")[0]
    if module == "numpy":
        import numpy

        if isinstance(value, numpy.generic) and value.dtype.kind in "iufb" and jsonable(value.item(), 0):
            return {"is": "scalar", "dtype": str(value.dtype), "value": value.item()}
        if type(value) is numpy.ndarray and value.dtype.kind in "iufbUM":
            if value.dtype.kind == "M":
                return {"is": "array", "dtype": str(value.dtype), "value": numpy.datetime_as_string(value).tolist()}
            made = {"is": "array", "dtype": str(value.dtype), "value": spelt(value.tolist())}
            return made if numpy.array_equal(numpy.array(made["value"], dtype=value.dtype), value, equal_nan=value.dtype.kind == "f") else None
    if module == "pandas":
        import pandas

        if type(value) is pandas.Series:
            name = value.name
            if not (name is None or isinstance(name, str)):
                return None
            made = frame(value.to_frame("value"), pandas)
            return dict(made, **{"is": "series", "name": name}) if made else None
        if type(value) is pandas.DataFrame:
            return frame(value, pandas)
    return None


def spelt(value):
    """Numbers that JSON has no form for as words, which numpy reads back."""
    if type(value) is list:
        return [spelt(v) for v in value]
    return value if type(value) is not float or math.isfinite(value) else str(value)


def frame(value, pandas):
    """As CSV with the index first. Kept only when reading it back gives an equal frame."""
    import io

    if isinstance(value.index, pandas.MultiIndex) or not all(isinstance(c, str) for c in value.columns) or value.columns.has_duplicates:
        return None
    text = value.to_csv()
    dtypes = {c: str(t) for c, t in value.dtypes.items()}
    made = {"is": "frame", "csv": text, "dtypes": dtypes, "index": type(value.index).__name__, "index_dtype": str(value.index.dtype), "index_name": value.index.name}
    back = read(made, pandas, io)
    pandas.testing.assert_frame_equal(back, value, check_freq=False, check_exact=True, check_index_type=False)
    return made


def read(made, pandas, io):
    """What the test does with it."""
    dates = [c for c, t in made["dtypes"].items() if t.startswith("datetime64")]
    rest = {c: t for c, t in made["dtypes"].items() if c not in dates}
    index_dates = made["index_dtype"].startswith("datetime64")
    frame = pandas.read_csv(io.StringIO(made["csv"]), index_col=0, float_precision="round_trip", dtype={c: t for c, t in rest.items() if t in ("object", "str", "string", "category")})
    for c in dates:
        frame[c] = pandas.to_datetime(frame[c])
    if index_dates:
        frame.index = pandas.to_datetime(frame.index)
    frame.index.name = made["index_name"]
    return frame.astype(made["dtypes"])


def jsonable(value, depth):
    if value is None or type(value) in (bool, int, str):
        return True
    if type(value) is float:
        return math.isfinite(value)
    if depth > 6:
        return False
    if type(value) is list:
        return all(jsonable(v, depth + 1) for v in value)
    if type(value) is dict:
        return all(type(k) is str and jsonable(v, depth + 1) for k, v in value.items())
    return False
