"""Errors as OpenAI's interface writes them."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from agent.errors import HomespunError, explain
from agent.serve.gate import BusyError
from llm.errors import ContextOverflowError, ModelError
from rag.errors import RagError

_REFUSALS = (HomespunError, ModelError, RagError, ValueError, TypeError, NotImplementedError)
"""Errors that tell a caller what is wrong; all others are faults, and the log gets their traceback."""

_RETRY_SECONDS = "5"


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

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        return error_response(400, f"{place or 'The body'}: {first['msg']}.", "invalid_request_error")

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        return error_response(error.status_code, str(error.detail), "invalid_request_error")

    async def failed(_: Request, error: Exception) -> JSONResponse:
        return response_for(error)

    for kind in (*_REFUSALS, Exception):
        app.add_exception_handler(kind, failed)


def response_for(error: Exception) -> JSONResponse:
    """Return the response to an error of the model or the documents."""
    if isinstance(error, ContextOverflowError):
        return error_response(400, str(error), "invalid_request_error", "context_length_exceeded")
    if isinstance(error, ValueError | TypeError | NotImplementedError):
        return error_response(400, str(error), "invalid_request_error")
    sentence = explain(error)
    if sentence is not None:
        return error_response(400, sentence, "invalid_request_error")
    return error_response(500, f"The server made a mistake ({type(error).__name__}).", "server_error")
