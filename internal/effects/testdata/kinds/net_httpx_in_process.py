"""Clients of an application in the same process reach no network, nor does reading a body that is there."""
import httpx
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

app = FastAPI()


async def test_transport():  # want:
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        assert (await client.get("/")).status_code == 200


async def test_app():  # want:
    async with AsyncClient(app=app, base_url="http://test") as client:
        await client.post("/", json={})


def answer(request):  # want: stdout
    print(request.url)
    return httpx.Response(200)


def test_mock():  # want:
    httpx.Client(transport=httpx.MockTransport(answer)).get("http://x")


def retrying(url):  # want: net!
    return httpx.Client(transport=httpx.HTTPTransport(retries=3)).get(url)


def made(transport=None):
    return httpx.Client(transport=transport)


def either(url):  # want: net!
    return made().get(url)


def test_either():  # want: # extra: net!
    made(httpx.MockTransport(answer)).get("http://x")


async def body(url):  # want: net
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).read()


def streamed(url):  # want: net!
    with httpx.stream("GET", url) as response:
        return response.read()


def rest(response: httpx.Response):  # want:
    return response.read()
