"""Everything the API is told from outside, read and checked once."""

from functools import lru_cache

from pydantic import HttpUrl, PositiveFloat
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_")

    database_url: str
    redis_url: str
    carrier_url: HttpUrl
    reviews_url: HttpUrl
    outbound_timeout: PositiveFloat = 3.0


@lru_cache
def get_settings() -> Settings:
    return Settings()
