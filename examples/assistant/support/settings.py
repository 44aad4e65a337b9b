from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    openai_api_key: str
    redis_url: str = "redis://localhost:6379/1"
    orders_url: str = "http://api:8000"
    model: str = "gpt-4.1-mini"

    model_config = {"env_prefix": "ASSISTANT_"}
