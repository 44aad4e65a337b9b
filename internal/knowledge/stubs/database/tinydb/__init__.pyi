# Facts: TinyDB documentation.
from tinydb.database import TinyDB as TinyDB
from tinydb.queries import Query as Query, where as where
