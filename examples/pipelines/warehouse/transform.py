"""From order lines to the facts that analysts join on. Pure: frames in, frames out."""

import pandas as pd

COLUMNS = ["order_id", "customer_id", "region", "sku", "count", "revenue_share"]


def region(postcode: pd.Series) -> pd.Series:
    return postcode.str.slice(0, 2).where(postcode.str.fullmatch(r"\d{5}"), "abroad")


def line_facts(lines: pd.DataFrame) -> pd.DataFrame:
    facts = lines.rename(columns={"id": "order_id"}).copy()
    facts["region"] = region(facts["postcode"])
    pieces = facts.groupby("order_id")["count"].transform("sum")
    facts["revenue_share"] = facts["total_cents"] * facts["count"] / pieces / 100
    return facts[COLUMNS]


def check(facts: pd.DataFrame) -> pd.DataFrame:
    if facts[["order_id", "sku"]].isna().any().any():
        raise ValueError("a line without order or product")
    if (facts["revenue_share"] < 0).any():
        raise ValueError("negative revenue")
    return facts
