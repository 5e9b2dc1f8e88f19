"""The regressions over the model's own probability and likeness by embedding; see `graphs.evidence`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import mul

from agent.errors import HomespunError
from agent.evaluation.too_long import unless_too_long
from agent.evaluation.tools import to_messages
from corpora.passages import find_span, passage, sentences
from corpora.tasks.own_task import told
from corpora.tasks.tool import without_noise
from corpora.wells import Row
from corpora.worlds.requests.own_requests import SCHEMAS
from corpora.worlds.tasks.own_task import OwnTask
from graphs import Evidence, prompts
from graphs.evidence import log_odds, sigmoid
from graphs.tool_agent.choice import asked, describe
from llm import ChatHomespun
from llm.evaluation.decisions import bagged_threshold, best_threshold
from llm.evaluation.regression import fit_choice, fit_logistic
from rag.minilm import MiniLM

KEPT_SHARE = 0.95
"""Share of the right passages and answers that the single thresholds let through."""

NEEDED_SHARE = 0.6
"""Share of messages that need a tool, of those that reach the tool agent.

They were routed there for wanting one, so it is more than half; how much more differs from
program to program. Of the requests that the fit is made on it is far more, since few were
collected with tools that do not fit.
"""

MOST_SENTENCES = 20
"""Sentences of a passage that the evidence is fitted on."""


def fit_evidence(
    model: ChatHomespun, embeddings: MiniLM, reading: Sequence[Row], relevance: Sequence[Row]
) -> tuple[Evidence, float]:
    """Weigh grade and likeness of sentences; return the fit, and the threshold that keeps most right ones.

    Rows that do not fit into the context are left out, here as in the other fits.

    Args:
        model: With calibrated grades.
        embeddings: Tell the likeness.
        reading: Rows with passage, question, answers.
        relevance: Rows with question, candidates, relevant.
    """
    likeness = Evidence(embeddings)
    grades: list[float] = []
    similarities: list[float] = []
    truths: list[bool] = []
    for question, texts, answering in _sentences(reading, relevance):
        conversations = [prompts.grade(question, passage(text)) for text in texts]
        decided = unless_too_long(partial(model.choice_probabilities, conversations, prompts.YES_OR_NO))
        if decided is None:
            continue
        grades += [probabilities[prompts.YES] for probabilities in decided]
        similarities += likeness.similarities(question, texts)
        truths += answering
    features = list(zip(map(log_odds, grades), similarities, strict=True))
    (grade, similarity), bias = fit_logistic(features, truths)
    evidence = Evidence(embeddings, grade, similarity, bias)
    return evidence, kept_threshold(list(map(evidence.probability, grades, similarities)), truths)


def fit_tool_evidence(
    model: ChatHomespun, embeddings: MiniLM, requests: Sequence[Row], dialogues: Sequence[Row]
) -> tuple[Evidence, dict[str, float]]:
    """Weigh calls and likeness of tools; return the fit, and the thresholds with and without likeness.

    Which tool is meant and whether any is are two questions. The weights are those that tell the right tool
    from its neighbours, and their sum is then scaled to say how likely a tool is needed at all, where
    `NEEDED_SHARE` of the messages need one. The first message of a dialogue mostly gets a question back, not
    a call, so that this is told by the requests.

    Args:
        model: Says how likely it calls each tool.
        embeddings: Tell the likeness.
        requests: Rows with tools, messages, expected: a message each that says all.
        dialogues: Such rows of conversations.

    Raises:
        HomespunError: No row needs a tool.
    """
    likeness = Evidence(embeddings)
    asked_at_once = _offers(model, likeness, requests)
    offers = asked_at_once + _offers(model, likeness, dialogues)
    needing = [offer for offer in offers if offer.is_needed]
    if not needing:
        raise HomespunError("None of the requests and dialogues calls a tool: give some that do.")
    choosing = fit_choice([offer.features for offer in needing], [offer.truths for offer in needing])
    highest = [offer.highest(choosing) for offer in asked_at_once]
    needed = [offer.is_needed for offer in asked_at_once]
    slope, bias = even_scale(highest, needed) or (1.0, 0.0)
    grade, similarity = (weight * slope for weight in choosing)
    evidence = Evidence(embeddings, grade, similarity, bias + log_odds(NEEDED_SHARE))
    return evidence, {
        "call": bagged_threshold(
            [max(offer.calls) for offer in offers], [offer.is_needed for offer in offers]
        ),
        "tool": even_threshold([sigmoid(slope * score + bias) for score in highest], needed),
    }


def fit_again(model: ChatHomespun, tasks: Iterable[OwnTask]) -> float:
    """Return the probability from which another tool is called once one has answered.

    Args:
        model: Says how likely it calls each of our own tools.
        tasks: With the calls that they take, and what the tools answer.
    """
    tools = [without_noise(schema) for schema in SCHEMAS.values()]
    likeliest: list[float] = []
    goes_on: list[bool] = []
    for task in tasks:
        for number, said in enumerate(told(task), 1):
            calls = unless_too_long(partial(model.call_probabilities, prompts.tool(said), tools))
            if calls is None:
                break
            likeliest.append(max(calls))
            goes_on.append(number < len(task.steps))
    return even_threshold(likeliest, goes_on)


def kept_threshold(probabilities: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the threshold that lets most right ones through; what is left is for the product."""
    right = sorted(p for p, truth in zip(probabilities, truths, strict=True) if truth)
    return min(0.5, right[int(len(right) * (1 - KEPT_SHARE))]) if right else 0.5


def even_threshold(probabilities: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the threshold at which a case is as likely true as false, were both kinds equally common.

    A logistic regression over the log-odds tells. Of few cases the `best_threshold` lies anywhere on a
    plateau, by chance; it is taken only where there is one kind alone, or the false ones score higher.
    """
    odds = list(map(log_odds, probabilities))
    if scale := even_scale(odds, truths):
        slope, bias = scale
        return sigmoid(min(max(-bias / slope, min(odds)), max(odds)))
    return best_threshold(probabilities, truths)


def even_scale(scores: Sequence[float], truths: Sequence[bool]) -> tuple[float, float] | None:
    """Return how scores become log-odds of truth, were both kinds equally common: a slope and a bias.

    None where there is one kind alone, or the false ones score higher.
    """
    true, cases = sum(truths), len(truths)
    if not 0 < true < cases:
        return None
    [slope], bias = fit_logistic([[score] for score in scores], truths)
    return (slope, bias - math.log(true / (cases - true))) if slope > 0 else None


@dataclass(frozen=True, slots=True)
class _Offer:
    """The tools of a row."""

    calls: list[float]
    """How likely the model would call each."""
    similarities: list[float]
    """How alike the message and each tool are."""
    truths: list[bool]
    """Which of them may be called."""

    @property
    def is_needed(self) -> bool:
        """Whether any of them may be called."""
        return any(self.truths)

    @property
    def features(self) -> list[tuple[float, float]]:
        """What is weighed of each."""
        return list(zip(map(log_odds, self.calls), self.similarities, strict=True))

    def highest(self, weights: Sequence[float]) -> float:
        """Return the highest of the weighed sums."""
        return max(float(sum(map(mul, weights, known))) for known in self.features)


def _offers(model: ChatHomespun, likeness: Evidence, rows: Sequence[Row]) -> list[_Offer]:
    """Return what the model and the likeness say of the tools of each row that fits into the context."""
    offers: list[_Offer] = []
    for row in rows:
        messages, tools = prompts.tool(to_messages(row["messages"])), row["tools"]
        calls = unless_too_long(partial(model.call_probabilities, messages, tools))
        if calls:
            question, context = asked(messages)
            alike = likeness.similarities(question, [describe(tool) for tool in tools], context)
            wanted = {expected["name"] for expected in row["expected"]}
            truths = [tool["function"]["name"] in wanted for tool in tools]
            offers.append(_Offer(calls, alike, truths))
    return offers


def _sentences(
    reading: Sequence[Row], relevance: Sequence[Row]
) -> Iterator[tuple[str, list[str], list[bool]]]:
    """Yield questions with sentences, and which of these answer."""
    for row in relevance:
        answering = [index in row["relevant"] for index in range(len(row["candidates"]))]
        yield row["question"], row["candidates"], answering
    for row in reading:
        texts = sentences(row["passage"])[:MOST_SENTENCES]
        holding = [any(find_span(text, answer) for answer in row["answers"]) for text in texts]
        yield row["question"], texts, holding
