# Facts: Prefect documentation, "Flows": calling a flow runs it and reports to the API.
flow: _FlowDecorator

class _FlowDecorator:
    @framework("dag")
    @registers_decorated(phase="job", factory="both", becomes="prefect.flows.Flow")
    def __call__(self, fn=..., *, name=..., version=..., retries=..., retry_delay_seconds=..., timeout_seconds=..., task_runner=..., log_prints=..., **kwargs): ...

class Flow:
    @effect("net")
    @calls("self")
    def __call__(self, *args, return_state=..., wait_for=..., **kwargs): ...
    @effect("listen")
    def serve(self, name=..., interval=..., cron=..., rrule=..., paused=..., schedule=..., schedules=...): ...
    @effect("net", write=True)
    def deploy(self, name, work_pool_name=..., image=..., build=..., push=..., work_queue_name=..., job_variables=...): ...
    def with_options(self, *, name=..., retries=...) -> Self: ...
