"""A library call has one kind, the most specific: no net beside db, queue, llm, notify or payment."""
import openai
import psycopg
import redis
import stripe
from celery import Celery
from slack_sdk import WebClient

app = Celery("shop")
cache = redis.StrictRedis()


def query(dsn):  # want: db!
    with psycopg.connect(dsn) as conn:
        return conn.execute("select 1").fetchone()


def remember(key):  # want: db.write!
    cache.incr(key)


def ask(client: openai.OpenAI, text):  # want: llm!
    return client.responses.create(model="gpt-4o", input=text)


def tell(text):  # want: notify!
    WebClient().chat_postMessage(channel="ops", text=text)


def pay(amount):  # want: payment!
    stripe.Charge.create(amount=amount, currency="eur")


def later(name):  # want: queue!
    app.send_task("shop.tasks.sync", args=[name])
