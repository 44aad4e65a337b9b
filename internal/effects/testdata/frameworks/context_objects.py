"""Objects that are reached through a context or a proxy."""
import click
import pandas as pd
import redis
import requests
from flask import g
from werkzeug.local import LocalProxy


class Ctx:
    def __init__(self):
        self.http = requests.Session()


@click.group()
@click.pass_context
def cli(ctx):  # want:
    ctx.obj = Ctx()


@cli.command()
@click.pass_context
def get(ctx):  # want: net!
    ctx.obj.http.get("https://example.com", timeout=1)


def get_conn():
    if "db" not in g:
        g.db = redis.Redis()
    return g.db


conn = LocalProxy(get_conn)


def read(key):  # want: db!
    return conn.get(key)


def look_up(x):  # want: net!
    return requests.get(x, timeout=1).text


def column(df: pd.DataFrame):  # want: net!
    df["y"] = df.address.apply(look_up)
    return df
