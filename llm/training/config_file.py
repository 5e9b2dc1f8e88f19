"""Writes a training config as TOML, which `load_config` reads back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from llm.training.config import TrainingConfig


def save_config(config: TrainingConfig, path: Path, comment: str = "") -> None:
    """Write a config, its folders as absolute paths; what nobody set is left out and stays at its default.

    Args:
        config: What to write.
        path: Where to; its folder is made if missing.
        comment: Stands at the top, a line each.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    head = [f"# {line}" for line in comment.splitlines()]
    body = _table(config.model_dump(mode="json", exclude_none=True, exclude_unset=True), ())
    path.write_text("\n".join([*head, *([""] if head else []), *body]) + "\n", encoding="utf-8")


def _table(values: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of a table: its plain values first, as TOML demands, then the tables inside."""
    inner = {name: value for name, value in values.items() if _is_table(name, value)}
    for name, value in values.items():
        if name not in inner:
            yield f"{name} = {_inline(value)}"
    for name, value in inner.items():
        dotted = ".".join((*place, name))
        for row in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{dotted}]]" if isinstance(value, list) else f"[{dotted}]"
            yield from _table(row, (*place, name))


def _is_table(name: str, value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and isinstance(value[0], dict)
    return isinstance(value, dict) and name != "mix"


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_inline(key)} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    # JSON writes all else as TOML reads it, if it escapes no characters in pairs, and DEL, which it leaves.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
