"""Which failures are worth another try."""

from __future__ import annotations

from langgraph.types import RetryPolicy

_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Status codes of services that may do better in a moment."""

_LOST = frozenset(
    {"APIConnectionError", "APITimeoutError", "ModelConnectionError", "ModelTimeoutError", "TransportError"}
)
"""Names that clients of services, langchain-core and httpx give to lost connections and timeouts."""


def is_passing(error: Exception) -> bool:
    """Whether an error may go away by itself: a lost connection, a timeout, a busy service.

    A model in this process fails the same way twice, so its errors are not repeated. Clients of model
    services carry the status as `status_code` on the error or on its response. A lost connection has none
    and is told by the names of its classes, since LangChain raises classes of its own beneath the client's.
    """
    if isinstance(error, ConnectionError | TimeoutError):
        return True
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return status in _PASSING or any(kind.__name__ in _LOST for kind in type(error).__mro__)


RETRIES = RetryPolicy(
    initial_interval=0.5, backoff_factor=2.0, max_interval=8.0, max_attempts=3, retry_on=is_passing
)
"""Three attempts for nodes that call a model, a retriever or a store."""
