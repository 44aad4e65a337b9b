# Facts: Databases documentation, "Database Queries".
from databases.core import Database as Database
