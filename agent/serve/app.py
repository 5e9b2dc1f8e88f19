"""The server's application: `python main.py serve` runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware

from agent.assembly import Assembly
from agent.configuration.settings import ServeSettings
from agent.serve.completions import completions_router
from agent.serve.errors import add_error_handlers
from agent.serve.following import following
from agent.serve.gate import Gate
from agent.serve.guards import BodyGuard, TokenGuard
from agent.serve.questions import questions_router
from agent.version import VERSION


def build_app(assembly: Assembly, settings: ServeSettings) -> FastAPI:
    """Return the application.

    Args:
        assembly: The model and the documents.
        settings: Token, limits and queue.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with following(assembly):
            yield

    gate = Gate(settings.concurrency, settings.queue)
    app = FastAPI(
        title="Homespun",
        version=VERSION,
        docs_url=None,  # these pages load their scripts from the internet; /openapi.json says the same
        redoc_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(TokenGuard, token=settings.token),
            Middleware(BodyGuard, most=settings.body_bytes),
        ],
    )
    add_error_handlers(app)
    app.include_router(completions_router(assembly, gate))
    app.include_router(questions_router(assembly, gate))

    @app.get("/health")
    async def health() -> dict[str, object]:
        """Say whether the server is ready; while it loads, what it still waits for."""
        missing = assembly.missing()
        return {"ready": missing is None, "loading": missing}

    return app
