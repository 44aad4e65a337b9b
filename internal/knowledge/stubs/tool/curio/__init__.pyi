# Facts: Curio documentation.
from curio.kernel import run as run
from curio.time import sleep as sleep
from curio.task import spawn as spawn
from curio.workers import run_in_thread as run_in_thread
