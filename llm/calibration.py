"""Turns the model's scores of a decision into honest probabilities.

A language model's own probabilities are too sure. One temperature and one bias a task, fitted on
development questions (Guo et al. 2017, "On Calibration of Modern Neural Networks"), mend most of it.
They lie beside the weights they were fitted for, in `calibration.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llm.errors import WeightsError

CALIBRATION_FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Corrections of each task; a task that is not named is left as it is."""

    temperature: Mapping[str, float] = field(default_factory=dict)
    """Task to the number that scores are divided by."""
    bias: Mapping[str, float] = field(default_factory=dict)
    """Task to what is added to the score of the first choice."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Probability from which a decision counts as yes, by name; who decides knows what else to take."""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """Weights of the grade, of the likeness by embedding, and the bias: `graphs.evidence`. None without
    a fit."""
    tool_evidence: Mapping[str, float] = field(default_factory=dict)
    """The same for which tool a message calls for."""
    confidence: Mapping[str, float] = field(default_factory=dict)
    """Weights of what an answer's confidence is made of: `graphs.confidence`. None without a fit."""
    prompts: str = ""
    """Digest of the prompts that the weights were trained on; empty where nobody knows."""

    @classmethod
    def load(cls, folder: Path) -> Calibration:
        """Read the calibration of a weights folder; without the file nothing is corrected.

        Raises:
            WeightsError: The file is damaged or holds a temperature that is not positive.
        """
        path = folder / CALIBRATION_FILE
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            calibration = cls(
                temperature=_numbers(content.get("temperature")),
                bias=_numbers(content.get("bias")),
                thresholds=_numbers(content.get("thresholds")),
                evidence=_numbers(content.get("evidence")),
                tool_evidence=_numbers(content.get("tool_evidence")),
                confidence=_numbers(content.get("confidence")),
                prompts=str(content.get("prompts") or ""),
            )
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
            raise WeightsError(f"{path} is damaged ({error}): restore the weights folder.") from error
        if any(value <= 0 for value in calibration.temperature.values()):
            raise WeightsError(
                f"{path} holds a temperature that is not positive: restore the weights folder."
            )
        return calibration

    def probabilities(self, task: str | None, logprobs: Sequence[float]) -> list[float]:
        """Return the probability of each choice from its log-probability; they sum to 1."""
        scores = [score / self.temperature.get(task or "", 1.0) for score in logprobs]
        scores[0] += self.bias.get(task or "", 0.0)
        largest = max(scores)
        weights = [math.exp(score - largest) for score in scores]
        return [weight / sum(weights) for weight in weights]


def _numbers(values: Mapping[str, object] | None) -> dict[str, float]:
    numbers = {name: float(str(value)) for name, value in (values or {}).items()}
    for name, number in numbers.items():
        if not math.isfinite(number):
            raise ValueError(f"{name} is {number}")
    return numbers
