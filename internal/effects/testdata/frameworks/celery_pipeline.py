# want-import: env
from __future__ import annotations
import os
from celery import Celery
from celery.schedules import crontab
from celery.utils.log import get_task_logger
import boto3
import requests

app = Celery("x", broker=os.environ["BROKER"])
log = get_task_logger(__name__)

@app.on_after_configure.connect
def setup(sender, **kw):  # want:
    sender.add_periodic_task(crontab(hour=1), nightly.s())

@app.task(bind=True, autoretry_for=(OSError,))
def upload(self, path):  # want: net! fs.read! queue!
    s3 = boto3.client("s3")
    try:
        s3.upload_file(path, "b", path)
    except Exception as e:
        raise self.retry(exc=e, countdown=3)

@app.task
def nightly():  # want: fs.read! log queue!
    for f in os.listdir("."):
        upload.delay(f)
    log.info("queued")

@app.task(name="ping")
def ping(url):  # want: net!
    return requests.head(url, timeout=2).status_code

def now(url):  # want: net!
    return ping(url)

def later(url):  # want: queue!
    return ping.apply_async((url,), countdown=10)
