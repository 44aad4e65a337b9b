import requests
from pydantic import BaseModel, Field, field_validator


class Endpoint(BaseModel):
    url: str
    timeout: float = Field(default=3.0)

    def call(self):  # want: net!
        return requests.get(self.url, timeout=self.timeout)

    @field_validator("url")
    @classmethod
    def check_url(cls, value):  # want:
        return value.strip()


class Plan(BaseModel):
    name: str
    endpoints: list[Endpoint] = []
    fallback: Endpoint | None = None

    def run(self):  # want: net!
        return [e.call() for e in self.endpoints]

    def rescue(self):  # want: net!
        if self.fallback:
            return self.fallback.call()


def build(data):  # want:
    return Plan.model_validate(data)


def execute(data):  # want: net!
    return build(data).run()
