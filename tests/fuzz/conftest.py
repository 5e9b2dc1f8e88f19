"""What the fuzzing tests share: any JSON, and how many examples are tried."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.llm import conftest as of_llm

weights, engine, tokenizer = of_llm.weights, of_llm.engine, of_llm.tokenizer  # fixtures

IN_FULL = os.environ.get("FAULTS") == "full"
"""Whether `make test-faults` runs, which tries more than the normal tests do."""

any_text = st.text(max_size=12)
any_scalar = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from([2**31, 2**63, -(2**63) - 1, 10**30]),
    st.floats(), any_text,
)  # fmt: skip
any_json: st.SearchStrategy[Any] = st.recursive(
    any_scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)


def examples(short: int, full: int) -> settings:
    """Return how often a test is tried: the same examples each time, without a limit of time."""
    return settings(
        max_examples=full if IN_FULL else short,
        deadline=None,
        derandomize=not IN_FULL,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
