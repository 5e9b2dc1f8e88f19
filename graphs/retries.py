"""Which failures are worth another try."""

from __future__ import annotations

from langgraph.types import RetryPolicy

PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Status codes of services that may do better in a moment."""

_LOST = frozenset(
    {"APIConnectionError", "APITimeoutError", "ModelConnectionError", "ModelTimeoutError", "TransportError"}
)
"""Names that clients of services, langchain-core and httpx give to lost connections and timeouts."""


def is_passing(error: Exception) -> bool:
    """Whether an error may go away by itself: a lost connection, a timeout, a busy service.

    A model in this process fails the same way twice, so its errors are not repeated. A lost connection has
    no status and is told by the names of its classes, since LangChain raises classes of its own beneath the
    client's.
    """
    if isinstance(error, ConnectionError | TimeoutError):
        return True
    return status_of(error) in PASSING or any(kind.__name__ in _LOST for kind in type(error).__mro__)


def status_of(error: BaseException) -> int | None:
    """Return the status that clients of services leave as `status_code` on an error or on its response."""
    response = getattr(error, "response", None)
    status: int | None = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return status


RETRIES = RetryPolicy(
    initial_interval=0.5, backoff_factor=2.0, max_interval=8.0, max_attempts=3, retry_on=is_passing
)
"""Three attempts for nodes that call a model, a retriever or a store."""
