from __future__ import annotations


def outer():
    Alias = int  # want: Alias = local in outer

    def inner(p: Alias) -> Alias:  # want: Alias = free in outer
        return p

    return inner
