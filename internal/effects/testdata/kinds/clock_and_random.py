import random
import secrets
import time
import uuid
from datetime import date, datetime, timedelta, timezone


def now():  # want: clock
    return datetime.now(timezone.utc)


def expires(days):  # want: clock
    return now() + timedelta(days=days)


def elapsed(started):  # want: clock
    return time.monotonic() - started


def fixed():  # want:
    return datetime(2024, 1, 1) + timedelta(days=3)


def token():  # want: random
    return secrets.token_urlsafe(16)


def order_id():  # want: random
    return str(uuid.uuid4())


def pick(rows):  # want: random
    return random.choice(rows)


def report_name():  # want: clock random
    return f"{date.today()}-{random.randint(0, 99)}.csv"
