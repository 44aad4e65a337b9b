"""A decorator above a property leaves it one."""
import requests
from pydantic import BaseModel, computed_field


class Api(BaseModel):
    base: str

    @computed_field
    @property
    def me(self) -> dict:  # want: net!
        return requests.get(self.base, timeout=1).json()

    @computed_field(repr=False)
    @property
    def hidden(self) -> str:  # want: stdout
        print("hidden")
        return ""

    @computed_field
    def bare(self) -> str:  # want: env
        import os
        return os.environ["BARE"]


def me(api: Api):  # want: net!
    return api.me


def hidden(api: Api):  # want: stdout
    return api.hidden


def bare(api: Api):  # want: env
    return api.bare
