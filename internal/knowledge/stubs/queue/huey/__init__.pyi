# Facts: Huey documentation.
from huey.api import Huey as Huey, RedisHuey as RedisHuey, SqliteHuey as SqliteHuey, MemoryHuey as MemoryHuey, crontab as crontab
