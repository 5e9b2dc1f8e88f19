"""The settings as rows: name, value, origin, meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from agent.configuration.layers import LoadedSettings
from agent.configuration.settings import Settings

_SECRET = "token"  # noqa: S105 - the name of a setting, not its value
_EXAMPLES = {"confidence": "0.5", "quoting": '"generate"'}
"""What stands for a setting that is unset, which TOML cannot say."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting."""

    name: str
    value: str
    origin: str
    """ "default", "flag", the name of an environment variable, or the settings file."""
    meaning: str


def rows(loaded: LoadedSettings) -> Iterator[SettingRow]:
    """Yield every setting in the order of declaration; secrets are not shown."""
    for name, value, meaning in _walk(loaded.settings):
        yield SettingRow(name, _show(name, value), loaded.origins[name], meaning)


def _walk(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _walk(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value, field.description or ""


def _show(name: str, value: object) -> str:
    if name.endswith(_SECRET):
        return "(set)" if value else "(none)"
    if isinstance(value, list | dict):  # of a table the names alone: its values may be secret
        return ", ".join(str(item) for item in value) or "(none)"
    if value is None or value == "":
        return "(none)"
    return str(value).lower() if isinstance(value, bool) else str(value)


def template_lines() -> Iterator[str]:
    """Yield a settings file in TOML whose comments explain every setting; what has a default shows it."""
    group = ""
    for name, value, meaning in _walk(Settings()):
        prefix, _, last = name.rpartition(".")
        if prefix != group:
            group = prefix
            yield f"[{group}]"
        yield f"# {meaning}"
        yield f"# {last} = {_EXAMPLES[last] if value is None else as_toml(value)}"
        yield ""


def as_toml(value: object) -> str:
    """Return a value as it stands in the settings file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(as_toml(str(item)) for item in value) + "]"
    # JSON would write what lies beyond the BMP as two halves, and lets DEL stand; TOML has neither.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
