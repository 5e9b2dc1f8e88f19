"""Errors as OpenAI's interface writes them.

What the caller can mend is a 4xx, what has to be mended at the server a 503 with the same sentence that the
terminal shows, and a mistake of the program a 500, whose traceback is in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from agent.errors import HomespunError, QuestionError, explain
from agent.rendering.escape import one_line
from agent.serve.callers import GoneError
from agent.serve.gate import BusyError
from llm.errors import ConstraintError, ContextOverflowError, ModelError, RequestError
from rag.errors import RagError

_LOG = logging.getLogger("uvicorn.error")
_RETRY_SECONDS = "5"


class RefusedError(Exception):
    """The model cannot do what a caller asks; the message says why."""


@contextmanager
def refusing() -> Iterator[None]:
    """Tell the caller what the model refuses: here it is the caller who asks it, and no program of ours."""
    try:
        yield
    except (RequestError, ConstraintError) as error:
        raise RefusedError(str(error)) from error


def error_response(status: int, message: str, kind: str, code: str | None = None) -> JSONResponse:
    """Return an error with its explanation."""
    headers = {"Retry-After": _RETRY_SECONDS} if status == 429 else None
    # An error may quote what was sent, and JSON can send half a character, which cannot be sent back.
    sendable = message.encode("utf-8", "replace").decode("utf-8")
    body = {"error": {"message": sendable, "type": kind, "param": None, "code": code}}
    return JSONResponse(body, status, headers)


def add_error_handlers(app: FastAPI) -> None:
    """Make every error of the application one that clients of OpenAI understand."""

    @app.exception_handler(BusyError)
    async def busy(_: Request, error: BusyError) -> JSONResponse:
        return error_response(429, str(error), "rate_limit_error", "busy")

    @app.exception_handler(GoneError)
    async def gone(_: Request, error: GoneError) -> JSONResponse:
        return error_response(499, str(error), "invalid_request_error")  # for the log

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        return error_response(400, f"{place or 'The body'}: {first['msg']}.", "invalid_request_error")

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        return error_response(error.status_code, str(error.detail), "invalid_request_error")

    async def refused_or_unusable(_: Request, error: Exception) -> JSONResponse:
        response = response_for(error)
        if response.status_code >= 500:
            _LOG.error(one_line(str(error)))
        return response

    async def failed(_: Request, error: Exception) -> JSONResponse:
        return response_for(error)

    for kind in (RefusedError, HomespunError, ModelError, RagError):
        app.add_exception_handler(kind, refused_or_unusable)
    app.add_exception_handler(Exception, failed)  # the log gets the traceback of these


def response_for(error: Exception) -> JSONResponse:
    """Return the response to an error of the model or the documents."""
    if isinstance(error, ContextOverflowError):
        return error_response(400, str(error), "invalid_request_error", "context_length_exceeded")
    if isinstance(error, RefusedError | QuestionError):
        return error_response(400, str(error), "invalid_request_error")
    sentence = explain(error)
    if sentence is not None:
        return error_response(503, sentence, "server_error", "unusable")
    return error_response(500, f"The server made a mistake ({type(error).__name__}).", "server_error")
