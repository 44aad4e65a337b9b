import json

import asyncpg
from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/users/{id}")
async def user(request: web.Request):  # want: db
    pool: asyncpg.Pool = request.app["pool"]
    row = await pool.fetchrow("select * from users where id = $1", request.match_info["id"])
    return web.json_response(dict(row))


async def health(request):  # want:
    return web.Response(text="ok")


def make_app():  # want:
    app = web.Application()
    app.add_routes(routes)
    app.router.add_get("/health", health)
    return app


def main():  # want: listen!
    web.run_app(make_app())
