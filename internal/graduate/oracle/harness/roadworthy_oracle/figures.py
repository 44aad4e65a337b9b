"""Figures as what was drawn: the data of every artist, not the pixels.

Colours are rounded to a byte, positions stay exact. Tick labels are taken where the user set them; those that a locator makes follow from the limits.
"""


def rgba(colour):
    try:
        from matplotlib import colors

        array = colors.to_rgba_array(colour)
        return [[int(round(float(c) * 255)) for c in row] for row in array[:50]]
    except (ValueError, TypeError):
        return str(colour)


def named(kind, pairs, tree):
    return {"k": "object", "t": kind, "n": [n for n, _ in pairs], "i": [tree(v) if not (isinstance(v, dict) and "k" in v and isinstance(v["k"], str)) else v for _, v in pairs]}


def group(kind, made):
    return {"k": "list", "t": kind, "i": made}


def guarded(look, x, tree):
    """One artist that cannot be looked into does not hide the others."""
    try:
        return look(x, tree)
    except (AttributeError, TypeError, ValueError, RuntimeError) as error:
        return {"k": "opaque", "t": type(x).__name__, "v": "not looked into: " + type(error).__name__}


def figure(f, tree):
    parts = [("axes", group("axes", [guarded(axes, a, tree) for a in f.get_axes()]))]
    suptitle = getattr(f, "_suptitle", None)
    parts.append(("suptitle", suptitle.get_text() if suptitle is not None else ""))
    texts = [t.get_text() for t in f.texts if t is not suptitle]
    parts.append(("texts", texts))
    parts.append(("size", [round(float(v), 6) for v in f.get_size_inches()]))
    parts.append(("legends", [[t.get_text() for t in legend.get_texts()] for legend in f.legends]))
    made = named("figure", parts, tree)
    made["k"] = "figure"
    return made


def axes(a, tree):
    parts = [
        ("title", [a.get_title(loc=where) for where in ("left", "center", "right")]),
        ("labels", [a.get_xlabel(), a.get_ylabel()] + ([a.get_zlabel()] if hasattr(a, "get_zlabel") else [])),
        ("limits", [float_of(v) for v in tuple(a.get_xlim()) + tuple(a.get_ylim())] + ([float_of(v) for v in a.get_zlim()] if hasattr(a, "get_zlim") else [])),
        ("scales", [a.get_xscale(), a.get_yscale()]),
        ("lines", group("lines", [guarded(line, x, tree) for x in a.lines])),
        ("patches", group("patches", [guarded(patch, x, tree) for x in a.patches])),
        ("collections", group("collections", [guarded(collection, x, tree) for x in a.collections])),
        ("images", group("images", [guarded(image, x, tree) for x in a.images])),
        ("texts", [[t.get_text()] + [float_of(v) for v in t.get_position()] for t in a.texts]),
        ("tables", [[[str(k), c.get_text().get_text()] for k, c in sorted(t.get_celld().items())] for t in a.tables]),
    ]
    legend = a.get_legend()
    if legend is not None:
        title = legend.get_title()
        parts.append(("legend", [t.get_text() for t in legend.get_texts()] + [title.get_text() if title is not None else ""]))
    for name, axis in (("xticks", a.xaxis), ("yticks", a.yaxis)):
        locator, formatter = axis.get_major_locator(), axis.get_major_formatter()
        if type(locator).__name__ == "FixedLocator":
            parts.append((name, [float_of(v) for v in locator.locs]))
        if type(formatter).__name__ == "FixedFormatter":
            parts.append((name + " labels", [str(s) for s in formatter.seq]))
        elif type(formatter).__name__ == "FuncFormatter" and type(locator).__name__ == "FixedLocator":
            parts.append((name + " labels", [t.get_text() for t in axis.get_majorticklabels()]))
    parts.append(("place", [round(float(v), 6) for v in a.get_position(original=True).bounds]))
    parts.append(("face", rgba(a.get_facecolor())))
    parts.append(("style", [style(t) for t in (a.title, a.xaxis.label, a.yaxis.label)] + [style(t) for axis in (a.xaxis, a.yaxis) for t in tick_labels(axis)]))
    parts.append(("grid", [bool(g.get_visible()) for axis in (a.xaxis, a.yaxis) for g in axis.get_gridlines()[:1]]))
    parts.append(("visible", bool(a.get_visible() and a.axison)))
    return named("axes", parts, tree)


def tick_labels(axis):
    try:
        return axis.get_majorticklabels()[:1]
    except (RuntimeError, ValueError, OverflowError):  # more ticks than can be made
        return []


def style(text):
    return [float_of(text.get_size()), float_of(text.get_rotation()), str(text.get_weight()), rgba(text.get_color()), text.get_alpha()]


def float_of(v):
    try:
        return float(v)
    except (TypeError, ValueError):
        return str(v)


def numbers(values):
    import numpy

    array = numpy.ma.filled(numpy.ma.asarray(values), numpy.nan) if numpy.ma.isMaskedArray(values) else numpy.asarray(values)
    if array.dtype.kind in "mM":
        return array.astype("int64")
    try:
        return array.astype("float64")
    except (TypeError, ValueError):
        return [str(v) for v in array.ravel().tolist()]


def line(x, tree):
    label = str(x.get_label())
    parts = [
        ("x", numbers(x.get_xdata(orig=False))),
        ("y", numbers(x.get_ydata(orig=False))),
        ("colour", rgba(x.get_color())),
        ("style", [str(x.get_linestyle()), str(x.get_marker()), float(x.get_linewidth()), float(x.get_markersize())]),
        ("label", "" if label.startswith("_") else label),
        ("alpha", x.get_alpha()),
        ("visible", bool(x.get_visible())),
    ]
    return named("line", parts, tree)


def patch(x, tree):
    label = str(x.get_label())
    path = x.get_path().transformed(x.get_patch_transform())
    parts = [
        ("kind", type(x).__name__),
        ("vertices", numbers(path.vertices)),
        ("colour", rgba(x.get_facecolor())),
        ("edge", rgba(x.get_edgecolor())),
        ("style", [str(x.get_linestyle()), float(x.get_linewidth()), x.get_alpha(), str(x.get_hatch())]),
        ("label", "" if label.startswith("_") else label),
        ("visible", bool(x.get_visible())),
    ]
    return named("patch", parts, tree)


def collection(x, tree):
    label = str(x.get_label())
    if type(x).__module__.startswith("mpl_toolkits.mplot3d"):  # its paths and colours are made by drawing it, and say when that was
        parts = [("kind", type(x).__name__), ("label", "" if label.startswith("_") else label), ("visible", bool(x.get_visible())), ("alpha", float_of(x.get_alpha()))]
        for name in ("_vec", "_offsets3d", "_segments3d"):
            if hasattr(x, name):
                values = getattr(x, name)
                parts.append((name.strip("_"), [numbers(v) for v in values] if isinstance(values, (tuple, list)) else numbers(values)))
        return named("collection", parts, tree)
    paths = x.get_paths()
    parts = [
        ("kind", type(x).__name__),
        ("offsets", numbers(x.get_offsets())),
        ("count", len(paths)),
        ("paths", [numbers(p.vertices) for p in list(paths)[:200]]),
        ("colour", rgba(x.get_facecolor())),
        ("style", [x.get_alpha() if not hasattr(x.get_alpha(), "tolist") else x.get_alpha().tolist(), [float_of(w) for w in list(x.get_linewidths())[:20]]]),
        ("label", "" if label.startswith("_") else label),
        ("visible", bool(x.get_visible())),
    ]
    array = x.get_array() if hasattr(x, "get_array") else None
    if array is not None:
        parts.append(("values", numbers(array)))
        parts.append(("map", [str(getattr(x.get_cmap(), "name", "")), [float_of(v) if v is not None else None for v in x.get_clim()]]))
    sizes = x.get_sizes() if hasattr(x, "get_sizes") else None
    if sizes is not None:
        parts.append(("sizes", numbers(sizes)))
    return named("collection", parts, tree)


def image(x, tree):
    parts = [
        ("values", numbers(x.get_array()) if x.get_array() is not None else None),
        ("extent", [float_of(v) for v in x.get_extent()]),
        ("map", [str(getattr(x.get_cmap(), "name", "")), [float_of(v) if v is not None else None for v in x.get_clim()]]),
    ]
    return named("image", parts, tree)
