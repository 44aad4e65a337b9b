"""A client whose transport answers in the process reaches no network."""
import httpx


def answer(request):  # want:
    return httpx.Response(200)


def mocked():  # want:
    client = httpx.Client(transport=httpx.MockTransport(answer))
    return client.get("http://x")


def real():  # want: net!
    return httpx.Client().get("http://x")
