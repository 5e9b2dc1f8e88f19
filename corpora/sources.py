"""Origin and licence of everything that the model is trained on, from `sources.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

SOURCES_FILE = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True, slots=True)
class Source:
    """One collection."""

    well: str
    """Its name in examples and tables."""
    kind: str
    origin: str
    licences: tuple[str, ...]


def read_sources() -> list[Source]:
    """Read all sources, in the order of the file."""
    rows = tomllib.loads(SOURCES_FILE.read_text(encoding="utf-8"))["source"]
    return [Source(row["well"], row["kind"], row["origin"], tuple(row["licences"])) for row in rows]
