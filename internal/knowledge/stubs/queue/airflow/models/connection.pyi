# Facts: Apache Airflow documentation, "Connections & Hooks".

class Connection:
    def __init__(self, conn_id=..., conn_type=..., description=..., host=..., login=..., password=..., schema=..., port=..., extra=..., uri=...): ...
    @classmethod
    @effect("db", taint="secret")
    def get_connection_from_secrets(conn_id): ...
