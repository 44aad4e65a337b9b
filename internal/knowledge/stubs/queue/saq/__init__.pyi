# Facts: SAQ documentation.
from saq.queue import Queue as Queue
from saq.worker import Worker as Worker
from saq.job import Job as Job, CronJob as CronJob
