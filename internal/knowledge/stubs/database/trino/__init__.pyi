# Facts: Trino Python client documentation.
from trino import dbapi as dbapi, auth as auth
