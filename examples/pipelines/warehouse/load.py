"""Writes one day's facts: all of them or none, and the same when run again."""

import datetime as dt

import pandas as pd
from sqlalchemy import text
from sqlalchemy.engine import Engine


def replace_day(engine: Engine, day: dt.date, chunks: list[pd.DataFrame]) -> int:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM order_facts WHERE day = :day"), {"day": day})
        for chunk in chunks:
            chunk.assign(day=day).to_sql("order_facts", connection, if_exists="append", index=False)
    return sum(len(chunk) for chunk in chunks)
