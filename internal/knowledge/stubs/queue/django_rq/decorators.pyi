# Facts: Django-RQ documentation, "Job Decorator".
@registers_decorated(phase="job", factory="both", becomes="django_rq.decorators._Job")
def job(func_or_queue, connection=..., *args, **kwargs): ...
# What the decorated function gets.

class _Job:
    @enqueues("self")
    def delay(self, *args, **kwargs): ...
    @calls("self")
    def __call__(self, *args, **kwargs): ...
