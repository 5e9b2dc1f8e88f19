"""An answer as the program shows and saves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

ABSTAINED = "The documents do not say."
"""What is shown where there is no answer."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation and its exact place: the document's text from `start` to `end`."""

    path: str
    quote: str
    page: int | None = None
    start_line: int = 1
    end_line: int = 1
    start: int = 0
    end: int = 0
    score: float = 0.0

    @property
    def place(self) -> str:
        """Where in the file, for people: "page 3", "line 7" or "lines 7-9"."""
        if self.page is not None:
            return f"page {self.page}"
        if self.start_line == self.end_line:
            return f"line {self.start_line}"
        return f"lines {self.start_line}-{self.end_line}"

    def to_json(self) -> dict[str, Any]:
        """Return the citation in the fixed order of the command-line contract."""
        order = ("path", "page", "start_line", "end_line", "start", "end", "quote", "score")
        return {name: getattr(self, name) for name in order}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Citation:
        """Read what `to_json` or a graph wrote; keys that are not known are left out."""
        return cls(**{name: values[name] for name in cls.__slots__ if name in values})


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that was called on the way to an answer, and what came of it."""

    name: str
    arguments: Mapping[str, Any]
    result: str
    status: str = "success"

    def to_json(self) -> dict[str, Any]:
        """Return the call for saving."""
        return {
            "name": self.name,
            "arguments": dict(self.arguments),
            "result": self.result,
            "status": self.status,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ToolCall:
        """Read what `to_json` or a graph wrote."""
        return cls(values["name"], values["arguments"], values["result"], values["status"])


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that an answer cost, over all nodes."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    """How many of the input tokens were read from a cache."""

    @property
    def total_tokens(self) -> int:
        """Tokens read and written."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
        )

    def to_json(self) -> dict[str, int]:
        """Return the counts for `--json`."""
        return asdict(self) | {"total_tokens": self.total_tokens}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question."""

    text: str | None
    """None when the documents do not hold the answer."""
    abstained: bool = False
    confidence: float | None = None
    """Probability of the answer, 0 to 1; None where nothing was weighed: tools and small talk."""
    citations: tuple[Citation, ...] = ()
    closest: tuple[Citation, ...] = ()
    """What came closest, where there is no answer for want of certainty."""
    route: str = "documents"
    decisions: tuple[dict[str, Any], ...] = ()
    """What each node decided, in order."""
    calls: tuple[ToolCall, ...] = ()
    """Tools that were called, in order."""
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0

    @property
    def sources(self) -> tuple[Citation, ...]:
        """What is shown of the documents: the citations, or what came closest."""
        return self.citations or self.closest

    def to_json(self) -> dict[str, Any]:
        """Return the object that `ask --json` prints."""
        return {
            "answer": None if self.abstained else self.text,
            "abstained": self.abstained,
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "citations": [citation.to_json() for citation in self.citations],
            "closest": [citation.to_json() for citation in self.closest],
            "route": self.route,
            "seconds": round(self.seconds, 3),
            "usage": self.usage.to_json(),
        }

    def to_record(self) -> dict[str, Any]:
        """Return everything, for saving."""
        calls = [call.to_json() for call in self.calls]
        return self.to_json() | {"decisions": list(self.decisions), "calls": calls}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Answer:
        """Read what `to_record` wrote."""
        usage = record["usage"]
        return cls(
            text=record["answer"],
            abstained=record["abstained"],
            confidence=record["confidence"],
            citations=tuple(Citation.from_json(values) for values in record["citations"]),
            closest=tuple(Citation.from_json(values) for values in record.get("closest", ())),
            route=record["route"],
            decisions=tuple(record.get("decisions", ())),
            calls=tuple(ToolCall.from_json(call) for call in record.get("calls", ())),
            usage=Usage(usage["input_tokens"], usage["output_tokens"], usage["cached_tokens"]),
            seconds=record["seconds"],
        )
