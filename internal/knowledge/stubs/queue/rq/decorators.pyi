# Facts: RQ documentation, "Queues: the decorator".

class job:
    @registers_decorated(phase="job")
    def __init__(self, queue, connection, timeout=..., result_ttl=..., ttl=..., queue_class=..., depends_on=...): ...
