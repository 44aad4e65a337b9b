# Facts: Apache Airflow documentation, "Connections & Hooks".

class BaseHook:
    @classmethod
    @effect("db", taint="secret")
    def get_connection(conn_id): ...
