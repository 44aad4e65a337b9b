import asyncio

import httpx

from support.tools import Tools


def answer(request):
    if request.url.path == "/orders/7":
        return httpx.Response(200, json={"id": 7, "status": "paid", "total": "189.00"})
    return httpx.Response(404)


def ask(order_id):
    tools = Tools("http://api")
    tools.client = httpx.AsyncClient(base_url="http://api", transport=httpx.MockTransport(answer))
    return asyncio.run(tools.order_status(order_id))


def test_status_is_told():
    assert ask(7) == "order 7 is paid, total 189.00 EUR"


def test_unknown_order():
    assert ask(8) == "there is no such order"
