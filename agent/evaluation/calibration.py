"""Fit calibration and thresholds to a development set, for the weights that they are stored with."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from agent.evaluation.reading import answer_row
from agent.evaluation.tools import to_messages
from corpora.example import Example
from corpora.passages import find_span, passage, sentences
from corpora.tasks.reading import Reading, ReadingTasks, relevance_examples
from corpora.wells import Row
from graphs import Evidence, prompts
from graphs.evidence import log_odds
from graphs.tool_choice import describe
from llm import ChatHomespun
from llm.calibration import CALIBRATION_FILE
from llm.errors import ContextOverflowError
from llm.evaluation.decisions import best_threshold, calibration_error, fit_logistic, fit_temperature
from llm.messages import to_template
from llm.template import ChatTemplate
from rag.minilm import MiniLM

DECISIONS = ("grade", "check")
"""Tasks whose reply is yes or no."""

KEPT_SHARE = 0.95
"""Share of the right passages and answers that the single thresholds let through."""

ROUTE_BIASES = (0.0, 0.5, 1.0, 1.5, 2.0)
"""What is tried as the documents' bias."""

SMALLEST = 1e-9
"""Probabilities below this count as this."""

MOST_SENTENCES = 20
"""Sentences of a passage that the evidence is fitted on."""


def calibrate(
    folder: Path,
    reading: Sequence[Row],
    relevance: Sequence[Row],
    tools: Sequence[Row],
    routes: Sequence[Row],
    on_row: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Fit temperatures, biases and thresholds, and write `calibration.json` into a weights folder.

    Args:
        folder: Weights folder.
        reading: Held-out rows with passage, question, answers, answerable.
        relevance: Held-out rows with question, candidates, relevant.
        tools: Held-out rows with tools, messages, expected.
        routes: Held-out rows with text, route.
        on_row: Called after each reading row.

    Returns:
        What was written, and the calibration errors before and after.
    """
    place = folder / CALIBRATION_FILE
    place.unlink(missing_ok=True)
    examples = _decisions(reading, relevance)
    content: dict[str, Any] = {"temperature": {}, "bias": {}, "thresholds": {}}
    errors: dict[str, dict[str, float]] = {}
    kept: dict[str, float] = {}
    for task in DECISIONS:
        chosen = [example for example in examples if example.task == task]
        margins = _margins(ChatHomespun(model=str(folder)), chosen)
        truths = [example.messages[-1].text == prompts.YES for example in chosen]
        temperature, bias = fit_temperature(margins, truths)
        fitted = [_sigmoid(margin / temperature + bias) for margin in margins]
        content["temperature"][task], content["bias"][task] = temperature, bias
        errors[task] = {
            "before": calibration_error([_sigmoid(margin) for margin in margins], truths),
            "after": calibration_error(fitted, truths),
        }
        kept[task] = _kept_threshold(fitted, truths)
    place.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    content["bias"]["route"] = _fit_route(folder, routes)
    evidence, likely = _fit_evidence(folder, reading, relevance)
    tool_evidence, tool_thresholds = _fit_tools(folder, tools)
    content["evidence"], content["tool_evidence"] = _weights(evidence), _weights(tool_evidence)
    content["thresholds"] = {
        "relevance": likely,
        "support": kept["check"],
        "abstention": _abstention(folder, reading, evidence, on_row),
        **tool_thresholds,
    }
    place.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return {**content, "calibration_error": errors}


def _decisions(reading: Sequence[Row], relevance: Sequence[Row]) -> list[Example]:
    readings = [made for row in reading if (made := Reading.from_row(row))]
    draw = random.Random(0)
    examples = list(ReadingTasks(readings, seed=0).build())
    for row in relevance:
        examples += relevance_examples(row, draw)
    return examples


def _margins(model: ChatHomespun, examples: Sequence[Example]) -> list[float]:
    """Return the log-probability of yes minus that of no, uncorrected."""
    engine = model.engine
    template = ChatTemplate(engine.tokenizer)
    encoded = [template.encode(to_template(example.messages[:-1])) for example in examples]
    choices = [engine.tokenizer.encode(choice) for choice in prompts.YES_OR_NO]
    scores = engine.choice_logprobs(encoded, choices)
    margins: list[float] = (scores[:, 0] - scores[:, 1]).tolist()
    return margins


def _kept_threshold(probabilities: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the threshold that lets most right ones through; what is left is for the product."""
    right = sorted(p for p, truth in zip(probabilities, truths, strict=True) if truth)
    return min(0.5, right[int(len(right) * (1 - KEPT_SHARE))]) if right else 0.5


def _fit_evidence(folder: Path, reading: Sequence[Row], relevance: Sequence[Row]) -> tuple[Evidence, float]:
    """Weigh grade and likeness of sentences; return the fit, and the threshold that keeps most right ones."""
    model, embeddings = ChatHomespun(model=str(folder)), MiniLM()
    likeness = Evidence(embeddings)
    features: list[tuple[float, float]] = []
    truths: list[bool] = []
    for question, texts, answering in _sentences(reading, relevance):
        conversations = [prompts.grade(question, passage(text)) for text in texts]
        decided = model.choice_probabilities(conversations, prompts.YES_OR_NO)
        grades = [log_odds(probabilities[prompts.YES]) for probabilities in decided]
        features += zip(grades, likeness.similarities(question, texts), strict=True)
        truths += answering
    (grade, similarity), bias = fit_logistic(features, truths)
    evidence = Evidence(embeddings, grade, similarity, bias)
    weighed = [_sigmoid(grade * own + similarity * alike + bias) for own, alike in features]
    return evidence, _kept_threshold(weighed, truths)


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


def _abstention(
    folder: Path, reading: Sequence[Row], evidence: Evidence, on_row: Callable[[], None]
) -> float:
    """Return the confidence that best parts questions that their passage answers from the others.

    Whether an answer is right is another matter, which the confidence itself tells: to withhold what is
    perhaps wrong would also withhold the place where the answer stands.
    """
    model = ChatHomespun(model=str(folder))
    confidences = []
    for row in reading:
        confidences.append(answer_row(model, row, "score", evidence).confidence)
        on_row()
    return best_threshold(confidences, [bool(row["answerable"]) for row in reading])


def _fit_tools(folder: Path, rows: Sequence[Row]) -> tuple[Evidence, dict[str, float]]:
    """Weigh calls and likeness of tools; return the fit, and the thresholds with and without likeness."""
    model, embeddings = ChatHomespun(model=str(folder)), MiniLM()
    likeness = Evidence(embeddings)
    features: list[list[tuple[float, float]]] = []
    called: list[set[str]] = []
    names: list[list[str]] = []
    for row in rows:
        messages, tools = prompts.tool(to_messages(row["messages"])), row["tools"]
        try:
            calls = model.call_probabilities(messages, tools)
        except ContextOverflowError:
            continue
        if tools:
            alike = likeness.similarities(messages[-1].text, [describe(tool) for tool in tools])
            features.append(list(zip(map(log_odds, calls), alike, strict=True)))
            called.append({expected["name"] for expected in row["expected"]})
            names.append([tool["function"]["name"] for tool in tools])
    truths = [name in wanted for offered, wanted in zip(names, called, strict=True) for name in offered]
    (grade, similarity), bias = fit_logistic([pair for pairs in features for pair in pairs], truths)
    evidence = Evidence(embeddings, grade, similarity, bias)
    is_needed = [bool(wanted) for wanted in called]
    alone = [max(_sigmoid(call) for call, _ in pairs) for pairs in features]
    weighed = [max(_sigmoid(grade * c + similarity * a + bias) for c, a in pairs) for pairs in features]
    return evidence, {
        "call": best_threshold(alone, is_needed),
        "tool": best_threshold(weighed, is_needed),
    }


def _fit_route(folder: Path, rows: Sequence[Row]) -> float:
    """Return what to add to the score of the documents; of equally good biases the largest.

    A message that is sent to the documents in vain is declined; one that is kept from them gets a wrong
    answer.
    """
    conversations = [prompts.route(row["text"]) for row in rows]
    decided = ChatHomespun(model=str(folder)).choice_probabilities(conversations, prompts.ROUTES)

    def right(bias: float) -> int:
        scored = [
            {
                route: math.log(max(p, SMALLEST)) + bias * (route == prompts.ROUTES[0])
                for route, p in probabilities.items()
            }
            for probabilities in decided
        ]
        chosen = [max(scores, key=scores.__getitem__) for scores in scored]
        return sum(route == row["route"] for route, row in zip(chosen, rows, strict=True))

    return max(ROUTE_BIASES, key=lambda bias: (right(bias), bias))


def _weights(evidence: Evidence) -> dict[str, float]:
    return {"grade": evidence.grade, "similarity": evidence.similarity, "bias": evidence.bias}


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
