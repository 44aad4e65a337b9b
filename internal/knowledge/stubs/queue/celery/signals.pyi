# Facts: Celery documentation, "Signals".
from celery.utils.dispatch.signal import Signal as Signal
worker_init: Signal
worker_ready: Signal
worker_shutdown: Signal
worker_process_init: Signal
task_prerun: Signal
task_postrun: Signal
task_failure: Signal
task_success: Signal
task_retry: Signal
setup_logging: Signal
