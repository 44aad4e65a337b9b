# Facts: RQ Scheduler documentation.
from rq_scheduler.scheduler import Scheduler as Scheduler
