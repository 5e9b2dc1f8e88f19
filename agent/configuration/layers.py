"""Read the settings from flags, environment and file, and remember where each value came from."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import EnvSettingsSource
from pydantic_settings import SettingsError as UnreadableVariableError

from agent.configuration.paths import HOME_VARIABLE
from agent.configuration.settings import ENVIRONMENT_PREFIX, NESTED_DELIMITER, Settings
from agent.errors import DEBUG_VARIABLE, SettingsError

DEFAULT = "default"
FLAG = "flag"
HERE = "this chat"
CONFIG_VARIABLE = "HOMESPUN_CONFIG"
"""Environment variable that names another settings file."""
_NOT_SETTINGS = {HOME_VARIABLE, CONFIG_VARIABLE, DEBUG_VARIABLE}

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings, and for each dotted name where its value came from."""

    settings: Settings
    origins: Mapping[str, str]
    file: Path
    """The settings file, whether it exists or not."""

    @property
    def names_folders(self) -> bool:
        """Whether the command line says which folders are asked; a standing default does not."""
        return self.origins["docs"] == FLAG


def load(file: Path, flags: Mapping[str, Any] | None = None) -> LoadedSettings:
    """Put the layers together.

    Args:
        file: Settings in TOML; it may be missing.
        flags: Values of the command line by dotted name; None stands for "not given".

    Raises:
        SettingsError: A key is unknown or a value cannot be used.
    """
    layers = [
        (str(file), _read_file(file)),
        ("environment", _read_environment()),
        (FLAG, _nest({name: value for name, value in (flags or {}).items() if value is not None})),
    ]
    merged: Values = {}
    origins = dict.fromkeys(names(Settings), DEFAULT)
    for origin, values in layers:
        for name, value in _flatten(values, Settings):
            _refuse_unknown(name, origin)
            origins[name] = _variable(name) if origin == "environment" else origin
            _put(merged, name, value)
    try:
        return LoadedSettings(Settings(**merged), origins, file)
    except ValidationError as error:
        raise SettingsError(_sentence(error, origins)) from error


def change(settings: Settings, name: str, text: str) -> Settings:
    """Return the settings with one of them changed.

    Args:
        settings: The settings so far; they stay as they are.
        name: Dotted name of the setting.
        text: Its new value as a person types it; "default" puts the default back.

    Raises:
        SettingsError: There is no such setting, or it cannot have this value.
    """
    known = list(names(Settings))
    if name not in known:
        raise SettingsError(f"There is no setting {name}.{nearest(name, known)}")
    values = settings.model_dump()
    _put(values, name, _default(name) if text == DEFAULT else text)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(_sentence(error, {name: HERE})) from error


def after_changes(loaded: LoadedSettings, now: Settings) -> LoadedSettings:
    """Return the settings as they are now, where a chat has changed some of those that were read."""
    changed = {name: HERE for name in names(Settings) if _value(now, name) != _value(loaded.settings, name)}
    return LoadedSettings(now, {**loaded.origins, **changed}, loaded.file)


def _default(name: str) -> object:
    return _value(Settings(), name)


def _value(settings: Settings, name: str) -> object:
    value: object = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


def names(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the dotted name of every setting."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from names(field.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint at the known name that looks most like `name`, or an empty string."""
    match = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean {match[0]}?" if match else ""


def _read_file(file: Path) -> Values:
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))  # some editors begin with a mark
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {file} is not valid TOML ({error}): correct it.") from error


def _read_environment() -> Values:
    known = {_variable(name) for name in names(Settings)}
    for variable in os.environ:
        if variable.startswith(ENVIRONMENT_PREFIX) and variable not in known | _NOT_SETTINGS:
            hint = nearest(variable, known)
            raise SettingsError(f"The environment variable {variable} is no setting: unset it.{hint}")
    try:
        return EnvSettingsSource(Settings, case_sensitive=False)()
    except UnreadableVariableError as error:  # of the settings, the servers of tools alone are read as JSON
        raise SettingsError(
            f"The environment variable {_variable('mcp')} is not valid JSON: correct it, or name the servers "
            "in the settings file."
        ) from error


def _variable(name: str) -> str:
    return ENVIRONMENT_PREFIX + name.upper().replace(".", NESTED_DELIMITER)


def _refuse_unknown(name: str, origin: str) -> None:
    known = list(names(Settings))
    if name not in known:
        raise SettingsError(f"There is no setting {name} ({origin}): remove it.{nearest(name, known)}")


def _flatten(values: Values, model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        field = model.model_fields.get(name)
        inner = field.annotation if field else None
        if isinstance(value, dict) and isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _flatten(value, inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _nest(flat: Mapping[str, Any]) -> Values:
    nested: Values = {}
    for name, value in flat.items():
        _put(nested, name, value)
    return nested


def _put(values: Values, name: str, value: object) -> None:
    *groups, last = name.split(".")
    for group in groups:
        values = values.setdefault(group, {})
        if not isinstance(values, dict):
            raise SettingsError(f"{name} cannot be set where {group} is given a value: remove one of them.")
    values[last] = value


def _sentence(error: ValidationError, origins: Mapping[str, str]) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
    reason = first["msg"][:1].lower() + first["msg"][1:]
    # What is wrong may lie inside of a setting that is a table, and comes from where the table does.
    origin = next((origins[known] for known in origins if f"{name}.".startswith(f"{known}.")), DEFAULT)
    value = "used" if _may_be_secret(name, first["input"]) else repr(first["input"])
    return f"The setting {name} ({origin}) cannot be {value}: {reason}."


def _may_be_secret(name: str, value: object) -> bool:
    """Whether a value is a token or a table, or stands in that of a server of tools, which may hold keys."""
    group, *inner = name.split(".")
    is_of_server = group == "mcp" and inner[1:] != ["command"]
    return is_of_server or name.endswith("token") or isinstance(value, dict | list)
