# Facts: Prefect documentation, "Write and run workflows".
from logging import LoggerAdapter
from prefect.flows import flow as flow, Flow as Flow
from prefect.tasks import task as task, Task as Task
def get_run_logger(context=..., **kwargs) -> LoggerAdapter: ...
@effect("listen")
def serve(*args, pause_on_shutdown=..., print_starting_message=..., limit=..., **kwargs): ...
