"""The verdict on an answer: whether what was found supports it, and whether that is enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphs import prompts
from graphs.mind import Mind
from graphs.progress import Decision, report
from graphs.step import Work
from graphs.thresholds import Thresholds
from graphs.turn import Update


def weigh(
    mind: Mind,
    state: Mapping[str, Any],
    *,
    node: str,
    question: str,
    evidence: str,
    claim: str,
    sure: Callable[[float], float],
) -> Work[Update]:
    """Ask whether the evidence supports the turn's answer; return the update that notes it.

    Args:
        mind: The model that is asked.
        state: The state of the turn.
        node: Name of the node that asks.
        question: What the answer answers.
        evidence: What it rests on.
        claim: What is decided, for a person: “the quotation supports”.
        sure: Says how sure the answer is, from the probability of its support.
    """
    answer = state["answer"] or ""
    report(node, f"Checking the answer: {answer}")
    [support] = yield from mind.agree([prompts.check(question, evidence, answer)])
    decision = Decision(node=node, what=f"{claim} “{answer}”", probability=support)
    return {"confidence": sure(support), "decisions": [*state["decisions"], decision]}


def holds(state: Mapping[str, Any], thresholds: Thresholds) -> bool:
    """Whether the answer that was weighed last passes the thresholds of support and abstention."""
    support: float = state["decisions"][-1]["probability"]
    confidence: float = state["confidence"]
    return support >= thresholds.support and confidence >= thresholds.abstention
