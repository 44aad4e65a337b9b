# Facts: Apache Airflow 3 documentation, "Task SDK": asks the API server.

class Variable:
    @classmethod
    @effect("db", taint="secret")
    def get(key, default=..., deserialize_json=...): ...
    @classmethod
    @effect("db.write")
    def set(key, value, description=..., serialize_json=...): ...
    @classmethod
    @effect("db.write")
    def delete(key): ...
