from celery import Celery
from celery.schedules import crontab

from shop_worker import settings

app = Celery("shop_worker", broker=settings.REDIS_URL, include=["shop_worker.tasks"])
app.conf.update(
    task_acks_late=True,
    task_time_limit=300,
    timezone="Europe/Berlin",
    beat_schedule={
        "sync-stock": {"task": "shop_worker.tasks.sync_stock", "schedule": crontab(minute="*/15")},
    },
)
