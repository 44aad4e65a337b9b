# Facts: Apache Airflow documentation, "Google Cloud BigQuery".
from airflow.providers.common.sql.hooks.sql import DbApiHook

class BigQueryHook(DbApiHook):
    @effect("db")
    def insert_job(self, *, configuration, job_id=..., project_id=..., location=..., nowait=..., retry=..., timeout=...): ...
