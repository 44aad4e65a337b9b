# Facts: Locust documentation, "Writing a locustfile".

@framework("test")
@registers_decorated(phase="job", factory="both")
def task(weight=...): ...
