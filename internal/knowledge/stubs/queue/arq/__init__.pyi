# Facts: arq documentation.
from arq.connections import create_pool as create_pool, ArqRedis as ArqRedis
from arq.cron import cron as cron
from arq.worker import Worker as Worker, run_worker as run_worker, create_worker as create_worker, func as func
