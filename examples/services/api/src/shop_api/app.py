"""The application: built by a factory, so that importing it does nothing."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from harbor_common import logs
from harbor_common.partner import PartnerClient

from . import catalog, orders
from .settings import get_settings
from .store import make_engine


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = get_settings()
    app.state.engine = make_engine(settings.database_url)
    app.state.carrier = PartnerClient("carrier", str(settings.carrier_url))
    yield
    app.state.engine.dispose()


def create_app() -> FastAPI:
    logs.configure()
    app = FastAPI(title="Harbor & Pine", lifespan=lifespan)
    app.include_router(orders.router)
    app.include_router(catalog.router)

    @app.middleware("http")
    async def tag_request(request: Request, call_next):
        logs.run_id.set(request.headers.get("x-request-id") or uuid.uuid4().hex)
        return await call_next(request)

    @app.get("/healthz")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    return app
