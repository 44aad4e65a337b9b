import logging
import sqlite3
from typing import TypedDict


class Context(TypedDict):
    conn: sqlite3.Connection
    log: logging.Logger


def step(context: Context):  # want: db! log
    context["log"].info("step")
    return context["conn"].execute("select 1")


def make(path):  # want: db!
    return {"conn": sqlite3.connect(path), "log": logging.getLogger("x")}


def run(path):  # want: db! log
    context = make(path)
    context["log"].info("run")


def two(path):  # want: db! fs.write!
    conn, out = sqlite3.connect(path), open(path, "w")
    out.write("x")
    conn.execute("select 1")
