"""Which failures of a model service are worth another try."""

from __future__ import annotations

import httpx
import pytest
from langchain_openai import ChatOpenAI

from graphs.retries import is_passing


def test_a_server_that_is_down_is_worth_another_try() -> None:
    model = ChatOpenAI(model="any", base_url="http://127.0.0.1:9/v1", api_key="none", max_retries=0)
    with pytest.raises(Exception, match="Connection error") as raised:
        model.invoke("Hello!")
    assert is_passing(raised.value)


class StatusError(Exception):
    """What a client raises for a status."""

    def __init__(self, status_code: int) -> None:
        self.status_code = status_code


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (httpx.ReadError("The reply broke off."), True),
        (StatusError(429), True),
        (StatusError(503), True),
        (StatusError(401), False),
        (StatusError(404), False),
        (ValueError("mean of an empty slice"), False),
    ],
)
def test_what_passes_is_repeated_and_what_stays_is_not(error: Exception, passing: bool) -> None:
    assert is_passing(error) is passing
