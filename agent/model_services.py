"""What to say when the service of another provider's model fails.

The errors of its client are told apart by the names of their classes and the status they carry, as in
`graphs/retries.py`: a client is an optional part, and importing one only to look at its classes takes long.
"""

from __future__ import annotations

from typing import Any

_LATE = frozenset({"APITimeoutError", "ModelTimeoutError", "TimeoutException"})
_LOST = frozenset({"APIConnectionError", "ModelConnectionError", "TransportError"})
_KEY_REFUSED = frozenset({401, 403})
_UNKNOWN = 404
_LONGEST_REASON = 200


def explain_service(error: BaseException) -> str | None:
    """Return the sentence to show for an error of a model service, or None when it is another error."""
    names = {kind.__name__ for kind in type(error).__mro__}
    server = f"The model's server{_address(error)}"
    if names & _LATE:
        return f"{server} did not answer in time: try again in a moment, or choose another model."
    if names & _LOST or type(error) is ConnectionError:  # which Ollama's client raises
        return f"{server} cannot be reached: start it, or check the setting base_url and the network."
    if type(error).__name__ == "OpenAIError":  # the client itself: it was given no key
        return f"The model's client cannot be used ({_reason(error)}): put its key into the environment."
    return _refusal(server, error)


def _refusal(server: str, error: BaseException) -> str | None:
    from graphs.retries import PASSING, status_of  # only now: it loads LangGraph

    status = status_of(error)
    if status in _KEY_REFUSED:  # without the reason, which may quote the key
        return f"{server} refuses the key ({status}): put the right one into the environment."
    if status == _UNKNOWN:
        return f"{server} has no such model ({_reason(error)}): check the settings model and base_url."
    if status in PASSING:
        return f"{server} is busy or fails ({status}, {_reason(error)}): try again in a moment."
    return None


def _address(error: BaseException) -> str:
    """Return where a request went, without what may be secret: the user, the path and the query."""
    try:
        url: Any = error.request.url  # type: ignore[attr-defined]
        return f" at {url.scheme}://{url.netloc.decode()}"
    except (AttributeError, RuntimeError):  # httpx raises the latter for an error without a request
        return ""


def _reason(error: BaseException) -> str:
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(said or error).split())[:_LONGEST_REASON].rstrip(".")
