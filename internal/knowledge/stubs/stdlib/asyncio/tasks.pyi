# Facts: Python documentation, "asyncio".
from asyncio import Task as Task, create_task as create_task, ensure_future as ensure_future, gather as gather, wait as wait, wait_for as wait_for, as_completed as as_completed
from asyncio import sleep as sleep, shield as shield, run_coroutine_threadsafe as run_coroutine_threadsafe, current_task as current_task, all_tasks as all_tasks
