# Facts: Apache Airflow documentation, "Variables": every read is a query (or a call to a secrets backend).

class Variable:
    @classmethod
    @effect("db", taint="secret")
    def get(key, default_var=..., deserialize_json=...): ...
    @staticmethod
    @effect("db.write")
    def set(key, value, description=..., serialize_json=...): ...
    @staticmethod
    @effect("db.write")
    def delete(key): ...
