"""Document stores and small databases: what reads, what writes, what only builds a query."""
import dataset
import sqlite_utils
import trino
from beanie import Document as BeanieDocument, init_beanie
from django_redis import get_redis_connection
from elasticsearch_dsl import Document as IndexDocument, Search
from mongoengine import Document, IntField, StringField, connect
from odmantic import AIOEngine, Model
from piccolo.columns import Varchar
from piccolo.table import Table
from pony.orm import Database, Required, commit, db_session, select
from prisma import Prisma
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model as DynamoModel
from redis_om import HashModel
from tinydb import Query, TinyDB


class Page(Document):
    title = StringField()
    hits = IntField()

    def touch(self):  # want: db.write!
        self.hits += 1
        self.save()

    @classmethod
    def newest(cls):  # want: db!
        return cls.objects.order_by("-id").first()


def pages(word):  # want:
    return Page.objects(title__contains=word).only("title").limit(5)


def titles(word):  # want: db!
    return [p.title for p in pages(word)]


def touch_first(word):  # want: db! db.write!
    Page.objects.get(title=word).touch()


def clear():  # want: db.write!
    Page.objects(hits=0).delete()


class Note(BeanieDocument):
    text: str


async def start(db):  # want: db.write
    await init_beanie(database=db, document_models=[Note])


async def note(text):  # want: db
    return await Note.find_one(Note.text == text)


async def notes():  # want: db
    return await Note.find(Note.text != "").sort("-text").to_list()


async def each_note():  # want: db
    async for n in Note.find_all():
        yield n.text


async def keep(text):  # want: db.write
    await Note(text=text).insert()


async def forget(text):  # want: db.write db
    found = await Note.get(text)
    await found.delete()


class Tree(Model):
    name: str


engine = AIOEngine(database="trees")


async def plant(name):  # want: db.write
    await engine.save(Tree(name=name))


async def trees():  # want: db
    return await engine.find(Tree, Tree.name == "oak")


db = Database()


class Person(db.Entity):
    name = Required(str)


@db_session
def rename(id, name):  # want: db! db.write!
    person = Person.get(id=id)
    person.name = name
    commit()


@db_session
def people():  # want: db!
    return select(p for p in Person).order_by(Person.name).first()


class Session(DynamoModel):
    key = UnicodeAttribute(hash_key=True)


def sessions(key):  # want: db!
    return list(Session.query(key))


def renew(key):  # want: db! db.write!
    session = Session.get(key)
    session.save()


class Customer(HashModel):
    name: str


def customer(pk):  # want: db!
    return Customer.get(pk)


def new_customer(name):  # want: db.write!
    return Customer(name=name).save()


class Article(IndexDocument):
    pass


def articles(word):  # want: db!
    return Search(index="a").query("match", title=word).sort("-date").execute()


def index(title):  # want: db.write!
    Article(title=title).save()


class Band(Table):
    name = Varchar()


async def bands():  # want: db
    return await Band.select(Band.name).where(Band.name == "a").limit(3)


async def disband():  # want: db.write
    await Band.delete().where(Band.name == "a")


def sync_bands():  # want: db!
    return Band.select().run_sync()


store = TinyDB("db.json")


def tiny():  # want: db!
    return store.search(Query().name == "x")


def put(row):  # want: db.write!
    store.table("rows").insert(row)


def rows():  # want: db!
    return list(sqlite_utils.Database("x.db")["rows"].rows_where("id > ?", [1]))


def save_rows(rows):  # want: db! db.write!
    sqlite_utils.Database("x.db")["rows"].insert_all(rows, pk="id")


def old():  # want: db! db.write! env
    with dataset.connect("sqlite://") as tx:
        tx["user"].insert({"name": "a"})


def warehouse(sql):  # want: db!
    with trino.dbapi.connect(host="t", user="u") as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        return cursor.fetchall()


prisma = Prisma()


async def users():  # want: db
    return await prisma.user.find_many(where={"active": True})


async def add_user(name):  # want: db.write
    await prisma.user.create(data={"name": name})


def hits(key):  # want: db.write!
    get_redis_connection("default").incr(key)


def boot():  # want:
    connect("pages")
