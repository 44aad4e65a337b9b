# Facts: Celery documentation, "API Reference: celery".
from celery.app.base import Celery as Celery
from celery.app.task import Task as Task
from celery.app import shared_task as shared_task
from celery.canvas import Signature as Signature, chain as chain, group as group, chord as chord, signature as signature
from celery.local import Proxy
