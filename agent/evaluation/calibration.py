"""Fit calibration and thresholds to a development set, for the weights that they are stored with."""

from __future__ import annotations

import json
import math
import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent.configuration.settings import Settings
from agent.errors import HomespunError
from agent.evaluation.confidence_fit import fit_confidence
from agent.evaluation.development_rows import DevelopmentRows
from agent.evaluation.evidence_fit import (
    fit_again,
    fit_evidence,
    fit_tool_evidence,
    kept_threshold,
)
from agent.evaluation.too_long import each_unless_too_long
from corpora.development import DEVELOPMENT_SEED
from corpora.example import Example
from corpora.prompt_digest import prompt_digest
from corpora.tasks.reading import Reading, ReadingTasks, relevance_examples
from corpora.wells import Row
from corpora.worlds.compounds import join
from corpora.worlds.tasks.own_tasks import own_tasks
from graphs import prompts
from graphs.evidence import sigmoid
from llm import ChatHomespun
from llm.calibration import CALIBRATION_FILE
from llm.chat.messages import to_template
from llm.evaluation.decisions import bagged_threshold, calibration_error
from llm.evaluation.regression import fit_temperature
from llm.replaced_file import replaced_file
from llm.tokenization.opening import open_text
from llm.tokenization.template import ChatTemplate
from llm.weights_folder import unload
from rag.minilm import MiniLM

DECISIONS = ("grade", "check")
"""Tasks whose reply is yes or no."""

ROUTE_BIASES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""What is tried as the documents' bias."""

OWN_TASKS = 200
"""Invented tasks that show whether another tool is needed once one has answered."""

EVEN = 0.5
"""Confidence from which a question is answered: it is fitted as if half of all questions were."""

SMALLEST = 1e-9
"""Probabilities below this count as this."""


def calibrate(
    weights: Path, rows: DevelopmentRows, on_row: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Fit temperatures, biases and thresholds, and write `calibration.json` into a weights folder.

    It is written once all of it is fitted: until then, what was there before counts, whatever happens.

    Args:
        weights: Weights folder.
        rows: What is fitted to.
        on_row: Called after each question about the folder.

    Returns:
        What was written, and the calibration errors before and after on the rows that it is fitted to.

    Raises:
        HomespunError: The folder may not be written to, or the rows are too few.
    """
    if not os.access(weights, os.W_OK | os.X_OK):
        raise HomespunError(f"{weights} may not be written to: change its permissions, or calibrate a copy.")
    with _uncalibrated(weights) as scratch:
        content, errors = _fit(scratch, rows, on_row)
    with replaced_file(weights / CALIBRATION_FILE) as file:
        file.write_text(_as_text(content), encoding="utf-8")
    return {**content, "calibration_error": errors}


@contextmanager
def _uncalibrated(weights: Path) -> Iterator[Path]:
    """Make a folder of links to the files of weights, all but their calibration."""
    with TemporaryDirectory(prefix="homespun-") as place:
        folder = Path(place).resolve()
        for file in weights.iterdir():
            if file.name != CALIBRATION_FILE:
                (folder / file.name).symlink_to(file.resolve())
        try:
            yield folder
        finally:
            unload(folder)


def _as_text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2) + "\n"


def _fit(
    weights: Path, rows: DevelopmentRows, on_row: Callable[[], None]
) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """Fit one part after the other with those before it, which are written into the folder."""
    place, embeddings = weights / CALIBRATION_FILE, MiniLM()
    uncorrected = ChatHomespun(model=str(weights))
    content: dict[str, Any] = {
        "temperature": {},
        "bias": {"route": _fit_route(uncorrected, rows.routes)},
        "thresholds": {},
        "prompts": prompt_digest(),
    }
    errors: dict[str, dict[str, float]] = {}
    examples = _decisions(rows.reading, rows.relevance)
    for task in DECISIONS:
        margins, truths = _margins(uncorrected, [example for example in examples if example.task == task])
        if len(set(truths)) < 2:
            raise HomespunError(
                f"The readings make no examples of the task {task!r} that are right and such that are wrong: "
                "give some whose answers stand in their passages word for word."
            )
        temperature, bias = fit_temperature(margins, truths)
        fitted = [sigmoid(margin / temperature + bias) for margin in margins]
        content["temperature"][task], content["bias"][task] = temperature, bias
        errors[task] = {
            "before": calibration_error([sigmoid(margin) for margin in margins], truths),
            "after": calibration_error(fitted, truths),
        }
        if task == "check":
            content["thresholds"]["support"] = kept_threshold(fitted, truths)

    def write() -> ChatHomespun:
        place.write_text(_as_text(content), encoding="utf-8")
        return ChatHomespun(model=str(weights))

    corrected = write()
    evidence, relevance = fit_evidence(corrected, embeddings, rows.reading, rows.relevance)
    tool_evidence, tool_thresholds = fit_tool_evidence(corrected, embeddings, rows.requests, rows.dialogues)
    content["evidence"], content["tool_evidence"] = evidence.weights, tool_evidence.weights
    reason = _fit_reason(corrected, rows.routes)
    again = fit_again(corrected, own_tasks(OWN_TASKS, DEVELOPMENT_SEED))
    content["thresholds"] |= {"relevance": relevance, **tool_thresholds, "again": again, "reason": reason}
    write()
    asked = rows.asked()
    content["confidence"] = fit_confidence(Settings(model=str(weights)), asked, on_row).weights
    content["thresholds"]["abstention"] = EVEN
    return content, errors


def _decisions(reading: Sequence[Row], relevance: Sequence[Row]) -> list[Example]:
    readings = [made for row in reading if (made := Reading.from_row({"id": "", "source": "", **row}))]
    draw = random.Random(0)
    examples = list(ReadingTasks(readings, seed=0).build())
    for row in relevance:
        examples += relevance_examples({"source": "", **row}, draw)
    return examples


def _margins(model: ChatHomespun, examples: Sequence[Example]) -> tuple[list[float], list[bool]]:
    """Return the log-probability of yes minus that of no, uncorrected, and whether yes is right.

    Examples that do not fit into the context are left out.
    """
    engine = model.engine
    template = ChatTemplate(engine.tokenizer)
    encoded = [template.encode(to_template(example.messages[:-1])) for example in examples]
    choices = [engine.tokenizer.encode(open_text(choice)) for choice in prompts.YES_OR_NO]

    def margins(some: Sequence[Sequence[int]]) -> list[float]:
        scores = engine.choice_logprobs(some, choices)
        found: list[float] = (scores[:, 0] - scores[:, 1]).tolist()
        return found

    fitting = [
        (margin, example.messages[-1].text == prompts.YES)
        for margin, example in zip(each_unless_too_long(margins, encoded), examples, strict=True)
        if margin is not None
    ]
    return [margin for margin, _ in fitting], [truth for _, truth in fitting]


def _fit_route(model: ChatHomespun, rows: Sequence[Row]) -> float:
    """Return what to add to the score of the documents; of equally good biases the largest.

    A message that is sent to the documents in vain is declined; one that is kept from them gets a wrong
    answer.
    """
    decided = _routed(model, [row["text"] for row in rows])
    routed = [(row["route"], said) for row, said in zip(rows, decided, strict=True) if said]

    def right(bias: float) -> int:
        scored = [
            {
                route: math.log(max(p, SMALLEST)) + bias * (route == prompts.ROUTES[0])
                for route, p in probabilities.items()
            }
            for _, probabilities in routed
        ]
        chosen = [max(scores, key=scores.__getitem__) for scores in scored]
        return sum(said == route for said, (route, _) in zip(chosen, routed, strict=True))

    return max(ROUTE_BIASES, key=lambda bias: (right(bias), bias))


def _fit_reason(model: ChatHomespun, rows: Sequence[Row]) -> float:
    """Return the probability that parts messages of two questions, joined here, from all others."""
    draw = random.Random(0)
    asked = [row["text"] for row in rows if row["route"] == "documents" and row["text"].endswith("?")]
    both = [join(first, second, draw) for first, second in zip(asked[::2], asked[1::2], strict=False)]
    messages = [*both, *(row["text"] for row in rows)]
    decided = enumerate(_routed(model, messages))
    odds = [(said["reason"], number < len(both)) for number, said in decided if said]
    return bagged_threshold([odd for odd, _ in odds], [is_both for _, is_both in odds])


def _routed(model: ChatHomespun, messages: Sequence[str]) -> list[dict[str, float] | None]:
    """Return the probability of each route, None where a message does not fit into the context."""
    conversations = [prompts.route(message) for message in messages]
    return each_unless_too_long(partial(model.choice_probabilities, choices=prompts.ROUTES), conversations)
