# Facts: Apache Airflow 3 documentation, "Task SDK".

class Connection:
    @classmethod
    @effect("db", taint="secret")
    def get(conn_id): ...
