# Facts: aiosqlite documentation (a thread per connection).
from aiosqlite.core import Connection as Connection, connect as connect
from aiosqlite.cursor import Cursor as Cursor
