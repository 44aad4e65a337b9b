# Facts: Pony ORM documentation.
from pony.orm.core import Database as Database, commit as commit, flush as flush, rollback as rollback, db_session as db_session, select as select, get as get, exists as exists, count as count, delete as delete, left_join as left_join, max as max, min as min, sum as sum, avg as avg, show as show
