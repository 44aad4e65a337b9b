# Facts: Celery documentation, "Tasks".
from celery.app.base import Celery as Celery

@registers_decorated(phase="job", becomes="celery.app.task.Task", binds="bind", factory="both")
def shared_task(*args, **kwargs): ...
