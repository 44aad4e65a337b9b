"""Objects that a library hands to a callback, or gives back from each call."""
import asyncio
import xmlrpc.client

import redis
import redis.asyncio
from kubernetes import client, watch
from pyspark.sql import SparkSession
from playwright.sync_api import sync_playwright


async def handle(reader, writer):  # want: net
    writer.write(await reader.readline())
    await writer.drain()


async def serve():  # want: listen
    await asyncio.start_server(handle, "0.0.0.0", 8000)


def methods(host):  # want: net!
    return xmlrpc.client.ServerProxy(host).system.listMethods()


def proxy(host):  # want:
    return xmlrpc.client.ServerProxy(host)


def count(key):  # want: db.write!
    return redis.Redis().pipeline().incr(key).expire(key, 60).execute()


def collect(key):  # want:
    return redis.Redis().pipeline().incr(key)


async def move(key, target):  # want: db.write
    async with redis.asyncio.Redis().pipeline(transaction=True) as pipe:
        await pipe.rename(key, target).delete(key).execute()


def pods(core: client.CoreV1Api):  # want: net! stdout
    for event in watch.Watch().stream(core.list_namespaced_pod, namespace="x"):
        print(event)


def tell(row):  # want: stdout
    print(row)


def rows():  # want: net! fs.read! stdout subprocess!
    SparkSession.builder.getOrCreate().read.parquet("x").foreach(tell)


def totals():  # want: net! fs.read! fs.write! subprocess!
    SparkSession.builder.getOrCreate().read.parquet("x").groupBy("day").agg().write.parquet("y")


def picture(page_url):  # want: net! fs.write! subprocess!
    with sync_playwright() as p:
        page = p.chromium.launch().new_page()
        page.goto(page_url)
        page.screenshot(path="page.png")


def glance(page_url):  # want: net! subprocess!
    with sync_playwright() as p:
        page = p.chromium.launch().new_page()
        page.goto(page_url)
        return page.screenshot()
