"""An if that ends otherwise stands for all that follows it in its list of statements."""
import requests


class TooMany(Exception):
    pass


def validate(names, strict=True):  # want: exit net! stdout
    if not names:
        print("names are missing")
        raise SystemExit(1)
    if names == "all":
        return names.split()
    if strict is False:
        return []
    for name in names:
        requests.head("https://example.org/" + name, timeout=5)
    return names


def validate_all():  # want:
    return validate("all")


def validate_none():  # want: exit stdout
    return validate(None)


def validate_some():  # want: net!
    return validate("one")


def validate_loosely():  # want:
    return validate("one", strict=False)


def notify(order, mail=True, count=1):  # want: net! stdout
    if count > 3:
        raise TooMany
    elif not mail:
        return
    elif count == 0:
        raise TooMany
    requests.post("https://mail.example/", json=order, timeout=5)
    if count:
        print("sent")


def notify_silently(order):  # want:
    notify(order, mail=False)


def notify_never(order):  # want:
    notify(order, count=0)


def notify_twice(order):  # want: net! stdout
    notify(order, count=2)


def each(rows, dry=False):  # want: net! stdout
    for row in rows:
        if dry:
            print("would send", row)
            continue
        requests.put(row, timeout=5)
    print("done")


def each_dry(rows):  # want: stdout
    each(rows, dry=True)


def guarded(url, dry=False):  # want: net! stdout
    try:
        if dry:
            return None
        return requests.get(url, timeout=5)
    finally:
        print(url)


def guarded_dry(url):  # want: stdout
    return guarded(url, True)


def last(rows, stop=False):  # want: net! stdout
    for row in rows:
        break
    else:
        if stop:
            return
        print("no rows")
    requests.get("https://example.org", timeout=5)


def last_stopping(rows):  # want: net!
    last(rows, stop=True)
