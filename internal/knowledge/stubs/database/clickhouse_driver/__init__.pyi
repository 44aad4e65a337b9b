# Facts: clickhouse-driver documentation, "API" (10 seconds to connect, 300 to receive).
from clickhouse_driver.client import Client as Client
from clickhouse_driver.dbapi import connect as connect
