from functools import lru_cache

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str
    debug: bool = False

    def driver(self):  # want:
        return self.database_url.split(":")[0]


@lru_cache
def settings():  # want: env
    return Settings()


def driver():  # want: env
    return settings().driver()


def describe(s: Settings):  # want:
    return s.driver()
