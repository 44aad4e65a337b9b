# Facts: Apache Airflow documentation, "Providers packages".
from airflow.providers.common.sql.hooks.sql import DbApiHook

class SnowflakeHook(DbApiHook): ...
