from __future__ import annotations
import os
import boto3
import requests
from dataclasses import dataclass, field
from typing import ClassVar

@dataclass
class Client:
    base: str
    session: requests.Session = field(default_factory=requests.Session)
    instances: ClassVar[list] = []

    def __post_init__(self):  # want: state~
        self.instances.append(self)

    def get(self, p):  # want: net!~
        return self.session.get(self.base + p)

    @classmethod
    def from_env(cls) -> Client:  # want: env state~
        return cls(os.environ["BASE"])

@dataclass(frozen=True)
class Context:
    client: Client
    bucket: "Bucket"

class Bucket:
    def __init__(self, name):  # want:
        self.s3 = boto3.resource("s3")
        self.name = name
    def put(self, k, v):  # want: net!
        self.s3.Object(self.name, k).put(Body=v)

def build() -> Context:  # want: env state~
    return Context(client=Client.from_env(), bucket=Bucket("b"))

def run(ctx: Context):  # want: net!
    ctx.client.get("/x")
    ctx.bucket.put("k", b"v")

def main():  # want: net! env state~
    run(build())

def pair() -> tuple[Client, Bucket]:  # want: state~
    return Client("x"), Bucket("y")

def use_pair():  # want: net!~ state~
    c, b = pair()
    c.get("/")
