# Facts: Django-RQ documentation.
from django_rq.decorators import job as job
from django_rq.queues import enqueue as enqueue, get_connection as get_connection, get_queue as get_queue, get_scheduler as get_scheduler
from django_rq.workers import get_worker as get_worker
