# Facts: RQ documentation.
from rq.queue import Queue as Queue
from rq.job import Job
from rq.worker import Worker as Worker, SimpleWorker as SimpleWorker
def get_current_job(connection=..., job_class=...) -> Job: ...
