"""How happy customers were, for the weekly review."""

import json
import time


async def record(redis, conversation, stars):
    entry = {"conversation": conversation, "stars": stars, "time": time.time()}
    await redis.rpush("feedback", json.dumps(entry))
