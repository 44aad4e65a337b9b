# Facts: Apache Airflow documentation, "Postgres provider".
from airflow.providers.common.sql.hooks.sql import DbApiHook

class PostgresHook(DbApiHook): ...
