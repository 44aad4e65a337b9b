# Facts: asyncpg documentation, "API Reference" (connect 60 seconds; queries wait for ever unless command_timeout is set).
from asyncpg.connection import Connection as Connection, connect as connect
from asyncpg.pool import Pool as Pool, create_pool as create_pool
