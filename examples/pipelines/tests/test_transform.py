import pandas as pd
import pytest

from pipelines.warehouse import transform


def lines(**changes):
    row = {"id": 1, "customer_id": 9, "postcode": "20457", "total_cents": 30000, "sku": "BE-0001", "count": 1}
    return pd.DataFrame([row | {"count": 2}, row | {"sku": "ST-0004"} | changes])


def test_revenue_is_shared_by_pieces():
    assert transform.line_facts(lines())["revenue_share"].tolist() == [200.0, 100.0]


def test_foreign_postcode_has_no_region():
    assert transform.line_facts(lines(postcode="SW1A 1AA"))["region"].tolist() == ["20", "abroad"]


def test_line_without_product_is_refused():
    with pytest.raises(ValueError, match="without order or product"):
        transform.check(transform.line_facts(lines(sku=None)))
