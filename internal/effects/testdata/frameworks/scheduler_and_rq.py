import schedule
from apscheduler.schedulers.background import BackgroundScheduler
from redis import Redis
from rq import Queue

import time


def job(path):  # want: fs.write!
    with open(path, "w") as f:
        f.write("x")


def plan():  # want:
    schedule.every(10).minutes.do(job, "x")


def loop():  # want: sleep!
    while True:
        time.sleep(1)


def start():  # want: thread
    scheduler = BackgroundScheduler()
    scheduler.add_job(job, "interval", args=["x"])
    scheduler.start()


def enqueue(path):  # want: queue!
    Queue(connection=Redis()).enqueue(job, path)
