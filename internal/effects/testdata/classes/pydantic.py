from datetime import datetime, timezone
from uuid import UUID, uuid4
from pydantic import BaseModel, Field, field_validator, model_validator, computed_field
from pydantic_settings import BaseSettings
import attr
import attrs
import httpx

class Settings(BaseSettings):
    url: str = "x"

def settings():  # want: env~
    return Settings()

class Event(BaseModel):
    id: UUID = Field(default_factory=uuid4)
    at: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))

    @field_validator("at")
    @classmethod
    def check(cls, v):  # want: stdout
        print("check")
        return v

def event():  # want: clock~ random~
    return Event()

def parse(b):  # want: clock~ random~ stdout
    return Event.model_validate_json(b)

class Client(BaseModel):
    base: str
    http: httpx.Client
    model_config = {"arbitrary_types_allowed": True}

    def get(self):  # want: net!
        return self.http.get(self.base)

def use(c: Client):  # want: net!
    return c.get()

@attr.s
class A:
    t = attr.ib(factory=datetime.now)

@attrs.define
class B:
    n: int = attrs.field(factory=uuid4)
    def __attrs_post_init__(self):  # want: stdout
        print("b")

def a():  # want: clock
    return A()

def b():  # want: stdout~ random~
    return B()

def plain():  # want:
    return B
