"""Clients of services, chats, directories and names."""
import aio_pika
import awswrangler as wr
import dns.resolver
import emails
import ldap
import openai
import polars as pl
import posthog
import pymsteams
from authlib.integrations.starlette_client import OAuth
from aws_lambda_powertools import Logger
from flask import Flask
from flask_pymongo import PyMongo
from flask_redis import FlaskRedis
from google.cloud import firestore, secretmanager, tasks_v2
from minio import Minio
from notion_client import Client as Notion
from prefect import flow, get_run_logger
from supabase import create_client

app = Flask(__name__)
mongo = PyMongo(app)
cache = FlaskRedis(app)
logger = Logger()
oauth = OAuth()
oauth.register("oidc")


def document(uid):  # want: db!
    return firestore.Client().collection("users").document(uid).get().to_dict()


def rows(name):  # want: db!
    return [d.id for d in firestore.Client().collection("users").where("name", "==", name).stream()]


def set_document(uid):  # want: db.write!
    firestore.Client().collection("users").document(uid).set({"a": 1})


async def async_document(uid):  # want: db
    return await firestore.AsyncClient().collection("users").document(uid).get()


def secret(name):  # want: net!
    return secretmanager.SecretManagerServiceClient().access_secret_version(name=name).payload.data


def push_task():  # want: queue!
    tasks_v2.CloudTasksClient().create_task(parent="x", task={})


def page():  # want: net!
    return Notion(auth="x").pages.create(parent={})


def teams():  # want: notify!
    pymsteams.connectorcard("https://example.com").text("a").send()


def mail(to):  # want: notify!
    return emails.Message(subject="s", html="h", mail_from=("a", "b")).send(to=to, smtp={"host": "x"})


def parse():  # want: env llm!
    return openai.OpenAI().beta.chat.completions.parse(model="x", messages=[])


def chat():  # want: llm!
    return openai.chat.completions.create(model="x", messages=[])


def image(prompt):  # want: llm!
    return openai.images.generate(prompt=prompt)


def embed():  # want: llm!
    return openai.embeddings.create(model="x", input="y")


async def publish():  # want: net queue
    connection = await aio_pika.connect_robust("amqp://broker")
    channel = await connection.channel()
    await channel.default_exchange.publish(aio_pika.Message(b"x"), routing_key="q")


@flow
def flows():  # want: log
    get_run_logger().info("x")


def objects():  # want: net!
    return [o.object_name for o in Minio("x").list_objects("b")]


def unlisted():  # want:
    return Minio("x").list_objects("b")


def remove(xs):  # want: net! stdout
    for e in Minio("x").remove_objects("b", xs):
        print(e)


async def callback(request):  # want: net
    return await oauth.create_client("oidc").authorize_access_token(request)


async def other_callback(request):  # want: net
    return await oauth.oidc.authorize_access_token(request)


def search(q):  # want: net!
    con = ldap.initialize("ldap://directory")
    con.simple_bind_s("a", "b")
    return con.search_s("dc=x", ldap.SCOPE_SUBTREE, q)


def mx():  # want: net!
    return dns.resolver.resolve("example.com", "MX")


def handler(event, context):  # want: log
    logger.info("x")


def track():  # want: net
    posthog.capture("user", "event")


def supabase_rows():  # want: net! db!
    return create_client("u", "k").table("t").select("*").eq("id", 1).execute()


def supabase_insert():  # want: net! db.write!
    create_client("u", "k").table("t").insert({}).execute()


def supabase_update():  # want: net! db.write!
    create_client("u", "k").table("t").update({}).eq("id", 1).execute()


def find():  # want: db!
    return mongo.db.users.find_one({})


def put():  # want: db.write!
    cache.set("a", 1)


def lazy():  # want: fs.read!
    return pl.scan_parquet("x").group_by("a").agg(pl.len()).collect()


def eager():  # want: fs.read! fs.write!
    return pl.read_csv("x").group_by("a").agg(pl.len()).write_csv("y")


def store(df):  # want: net!
    wr.s3.to_parquet(df, path="s3://bucket/x")
