import duckdb
import sqlite3
from elasticsearch import Elasticsearch
from google.cloud import bigquery, storage
import snowflake.connector
import clickhouse_connect
from neo4j import GraphDatabase
import pymysql
from azure.storage.blob import BlobServiceClient

def duck():  # want: db!
    return duckdb.sql("SELECT 1").fetchall()
def es():  # want: db!
    return Elasticsearch("x").search(index="a", query={})
def es_index(es: Elasticsearch):  # want: db.write!
    es.index(index="a", document={})
def bq():  # want: db! env # extra: fs.read!
    return bigquery.Client().query("SELECT 1").result()
def gcs(p):  # want: net! fs.read! env
    storage.Client().bucket("b").blob("x").upload_from_filename(p)
def snow():  # want: db!
    c = snowflake.connector.connect(user="x")
    return c.cursor().execute("SELECT 1").fetchall()
def ch():  # want: db!
    return clickhouse_connect.get_client().query("SELECT 1")
def neo():  # want: db!
    d = GraphDatabase.driver("x")
    with d.session() as s:
        return list(s.run("MATCH (n) RETURN n"))
def my():  # want: db! db.write!
    with pymysql.connect(host="x") as c:
        with c.cursor() as cur:
            cur.execute("INSERT INTO t VALUES (1)")
        c.commit()
def blob(data):  # want: net!
    b = BlobServiceClient.from_connection_string("x")
    b.get_blob_client("c", "n").upload_blob(data)
def sq():  # want: db! db.write!
    c = sqlite3.connect(":memory:")
    c.row_factory = sqlite3.Row
    with c:
        c.executemany("INSERT INTO t VALUES (?)", [(1,)])
    for row in c.execute("SELECT * FROM t"):
        yield row
def dyn(c: sqlite3.Connection, table):  # want: db!
    return c.execute(f"SELECT * FROM {table}").fetchall()
def upd(c: sqlite3.Connection, table):  # want: db.write!
    sql = "UPDATE " + table + " SET a = 1"
    c.execute(sql)
def cte(c: sqlite3.Connection):  # want: db!
    return c.execute("""
        -- comment
        WITH x AS (SELECT 1) SELECT * FROM x
    """)
SQL = "DELETE FROM t"
def const(c: sqlite3.Connection):  # want: db.write!
    c.execute(SQL)
