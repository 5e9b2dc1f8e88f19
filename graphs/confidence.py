"""How sure an answer is, from how sure its parts are.

The certainty that the sentence holds the answer; the support that it gives to what was taken out of it; the
best rival: another passage that looks as if it held the answer, too, tells that perhaps none does; and the
coverage: a passage hardly answers what it never speaks of (`graphs.coverage`). A logistic regression over
the four, fitted on questions of which half have no answer and stored with the weights that it was fitted for
(`python main.py calibrate`), says how likely the documents answer at all. Without a fit the product of
certainty and support stands for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphs.evidence import log_odds, sigmoid

LEAST_RIVAL = 0.01
"""Passages less likely than this are no rivals, however much less."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """Weights of a logistic regression; with none, the product."""

    certainty: float = 0.0
    """Weight of the log-odds that the quoted sentence answers the question."""
    support: float = 0.0
    """Weight of the log-odds that it supports the answer."""
    rival: float = 0.0
    """Weight of the log-odds that the best of the other passages answers the question."""
    coverage: float = 0.0
    """Weight of the share of the question's words that the quoted passage has."""
    bias: float = 0.0

    @property
    def weights(self) -> dict[str, float]:
        """The fit by name, as `calibration.json` keeps it."""
        return {
            "certainty": self.certainty,
            "support": self.support,
            "rival": self.rival,
            "coverage": self.coverage,
            "bias": self.bias,
        }

    def of(self, certainty: float, support: float, rival: float = 0.0, coverage: float = 1.0) -> float:
        """Return the confidence in an answer, from 0 to 1.

        Args:
            certainty: Probability that the sentence answers the question.
            support: Probability that the answer follows from it.
            rival: Probability that the best of the other passages answers the question.
            coverage: Share of the question's words that the quoted passage has.
        """
        if not any(self.weights.values()):
            return certainty * support
        weights = (self.certainty, self.support, self.rival, self.coverage)
        parts = features(certainty, support, rival, coverage)
        score = sum(weight * part for weight, part in zip(weights, parts, strict=True))
        return sigmoid(score + self.bias)


def features(
    certainty: float, support: float, rival: float, coverage: float
) -> tuple[float, float, float, float]:
    """Return what the regression is over."""
    return log_odds(certainty), log_odds(support), log_odds(max(rival, LEAST_RIVAL)), coverage
