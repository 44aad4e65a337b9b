# Facts: RQ documentation, "Queues: the decorator".

from rq.job import Job

class _Enqueued:
    @enqueues("self")
    def delay(self, *args, **kwargs) -> Job: ...
    @enqueues("self")
    def enqueue(self, *args, **kwargs) -> Job: ...
    @calls("self")
    def __call__(self, *args, **kwargs): ...

@registers_decorated(phase="job", becomes="rq.decorators._Enqueued", factory=True)
class job:
    def __init__(self, queue, connection, timeout=..., result_ttl=..., ttl=..., queue_class=..., depends_on=...): ...
