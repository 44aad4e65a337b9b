# Facts: arq documentation.
from arq.connections import create_pool as create_pool, ArqRedis as ArqRedis
from arq.cron import cron as cron
