# Facts: schedule documentation: jobs run in the thread that calls `run_pending`.

class Job:
    @registers("job_func",phase="job")
    def do(self, job_func, *args, **kwargs): ...
    def at(self, time_str, tz=...) -> Self: ...
    def tag(self, *tags) -> Self: ...
    def until(self, until_time) -> Self: ...
    def to(self, latest) -> Self: ...
    second: Job
    seconds: Job
    minute: Job
    minutes: Job
    hour: Job
    hours: Job
    day: Job
    days: Job
    week: Job
    weeks: Job
    monday: Job
    tuesday: Job
    wednesday: Job
    thursday: Job
    friday: Job
    saturday: Job
    sunday: Job
def every(interval=...) -> Job: ...
@effect("clock")
def run_pending(): ...
@effect("clock")
def run_all(delay_seconds=...): ...
@effect("state")
def clear(tag=...): ...
@effect("state")
def cancel_job(job): ...
@registers_decorated(phase="job")
def repeat(job, *args, **kwargs): ...
