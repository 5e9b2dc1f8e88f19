"""What stands before every request: the token, and the size of the body."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.serve.errors import error_response


class TokenGuard:
    """Lets only those in who send the token as their API key; everybody may ask for `/health`.

    Args:
        app: What is guarded.
        token: The token; empty asks for none.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode() if token else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on or refuse it."""
        if scope["type"] == "http" and self._expected and scope["path"] != "/health":
            given = Headers(scope=scope).get("authorization", "").encode("latin-1")  # as it was sent
            if not hmac.compare_digest(given, self._expected):
                message = "The API key is missing or wrong: send the server's token as a bearer token."
                refusal = error_response(401, message, "authentication_error", "invalid_api_key")
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


class BodyGuard:
    """Refuses bodies that are too large, while they come in.

    Args:
        app: What is guarded.
        most: Largest body, in bytes.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body of a request, then pass it on or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            size += len(message.get("body", b""))
            if size > self._most:
                text = f"The body has more than {self._most:,} bytes."
                await error_response(413, text, "invalid_request_error")(scope, receive, send)
                return
            messages.append(message)
            more = message.get("more_body", False)
        await self._app(scope, _replay(messages, receive), send)


def _replay(messages: list[Message], receive: Receive) -> Callable[[], Any]:
    left = list(messages)

    async def next_message() -> Message:
        return left.pop(0) if left else await receive()

    return next_message
