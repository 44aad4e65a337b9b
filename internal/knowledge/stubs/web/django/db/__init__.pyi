# Facts: Django documentation, "Performing raw SQL queries".
from django.db.utils import IntegrityError as IntegrityError, OperationalError as OperationalError, DatabaseError as DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
connection: BaseDatabaseWrapper
connections: dict[str, BaseDatabaseWrapper]
def close_old_connections(**kwargs): ...
def reset_queries(**kwargs): ...
