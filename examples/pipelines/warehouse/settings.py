import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    shop_url: str
    warehouse_url: str
    chunk_rows: int = 50_000


def load() -> Settings:
    missing = [key for key in ("SHOP_DATABASE_URL", "WAREHOUSE_URL") if not os.environ.get(key)]
    if missing:
        raise SystemExit(f"not set: {', '.join(missing)}")
    return Settings(os.environ["SHOP_DATABASE_URL"], os.environ["WAREHOUSE_URL"])
