"""What was said so far in a conversation, kept in Redis for a day."""

import pickle

import redis.asyncio as redis


class Memory:
    def __init__(self, url):
        self.redis = redis.from_url(url, socket_timeout=2)

    async def load(self, conversation):
        stored = await self.redis.get(f"chat:{conversation}")
        if stored is None:
            return []
        return pickle.loads(stored)

    async def save(self, conversation, messages):
        await self.redis.set(f"chat:{conversation}", pickle.dumps(messages), ex=86400)
