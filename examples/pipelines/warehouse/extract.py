"""Orders of one day, in chunks, so that a busy day fits in memory."""

import datetime as dt
from collections.abc import Iterator

import pandas as pd
from sqlalchemy import create_engine, text

QUERY = text(
    """
    SELECT o.id, o.customer_id, o.postcode, o.total_cents, o.created_at, l.sku, l.count
    FROM orders o JOIN order_line l ON l.order_id = o.id
    WHERE o.created_at >= :day AND o.created_at < :next AND o.status <> 'cancelled'
    ORDER BY o.id
    """
)


def orders(url: str, day: dt.date, chunk_rows: int) -> Iterator[pd.DataFrame]:
    engine = create_engine(url)
    with engine.connect() as connection:
        yield from pd.read_sql(
            QUERY,
            connection,
            params={"day": day, "next": day + dt.timedelta(days=1)},
            chunksize=chunk_rows,
        )
