"""Functions and methods of libraries that run in a worker thread."""
import asyncio

import requests
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from django.db import models


class Order(models.Model):
    total = models.IntegerField()


async def get(pk):  # want: db
    return await sync_to_async(Order.objects.get)(pk=pk)


async def everything():  # want: db
    return await sync_to_async(list)(Order.objects.all())


async def page(session: requests.Session):  # want: net thread
    return await asyncio.to_thread(session.get, "https://example.com")


async def save(order: Order):  # want: db.write
    await sync_to_async(order.save, thread_sensitive=True)()


def load():  # want: db!
    return Order.objects.count()


class Chat(AsyncWebsocketConsumer):
    async def receive(self, text_data):  # want: db.write queue
        await self.keep(text_data)
        await get_channel_layer().group_send("chat", {"type": "said"})

    @database_sync_to_async
    def keep(self, total):  # want: db.write!
        return self.make(total)

    def make(self, total):  # want: db.write!
        return Order.objects.create(total=total)

    async def count(self):  # want: db
        return await database_sync_to_async(load)()
