"""Settings of the worker."""

import os

REDIS_URL = os.environ.get("SHOP_REDIS_URL", "redis://localhost:6379/0")
DATABASE_URL = os.environ.get("SHOP_DATABASE_URL", "postgresql://localhost/shop")
SUPPLIER_URL = os.environ.get("SUPPLIER_URL", "https://supplier.example/v2")
