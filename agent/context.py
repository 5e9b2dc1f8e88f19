"""What every command needs first: settings, folders of the program, and the screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agent.errors import is_debugging

if TYPE_CHECKING:
    from agent.configuration.layers import LoadedSettings
    from agent.configuration.paths import Paths
    from agent.configuration.settings import Settings
    from agent.rendering.screen import Screen

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Context:
    """Where a command runs."""

    loaded: LoadedSettings
    paths: Paths
    output: Screen
    """Standard output, for results."""
    messages: Screen
    """Standard error, for progress and messages."""

    @property
    def settings(self) -> Settings:
        """The settings alone."""
        return self.loaded.settings


def open_context(
    docs: Sequence[Path] = (),
    model: str | None = None,
    config: Path | None = None,
    assignments: Sequence[str] = (),
    chroma_url: str | None = None,
) -> Context:
    """Read the settings and look at the streams.

    Args:
        docs: Folders of `--docs`.
        model: Value of `--model`.
        config: Value of `--config`.
        assignments: Values of `--set`, each NAME=VALUE.
        chroma_url: Value of `--chroma-url`.
    """
    from agent.configuration.layers import load
    from agent.configuration.paths import locate
    from agent.rendering.screen import look_at, tolerate

    paths = locate()
    file = _named_file(config) or paths.settings_file
    named = {"docs": list(docs) or None, "model": model, "chroma_url": chroma_url}
    given = {name: value for name, value in named.items() if value is not None}
    loaded = load(file, _assigned(assignments) | given)
    if not is_debugging():
        _silence_libraries()
    for stream in (sys.stdout, sys.stderr):
        tolerate(stream)
    return Context(loaded, paths, look_at(sys.stdout, loaded.settings), look_at(sys.stderr, loaded.settings))


def _named_file(config: Path | None) -> Path | None:
    """Return the settings file that the flag or the environment names; it has to be there."""
    from agent.configuration.layers import CONFIG_VARIABLE

    variable = os.environ.get(CONFIG_VARIABLE)
    file = config or (Path(variable) if variable else None)
    if file is not None and not file.exists():
        origin = "" if config else f" ({CONFIG_VARIABLE})"
        raise click.UsageError(f"The settings file {file}{origin} does not exist: check its name.")
    return file


def _silence_libraries() -> None:
    """Keep the warnings of libraries off the screen: a person can do nothing about them."""
    import logging
    import warnings

    logging.getLogger().addHandler(logging.NullHandler())
    warnings.simplefilter("ignore")


def settings_options(command: Decorated) -> Decorated:
    """Add the options that every command with settings has."""
    for option in (
        click.option(
            "assignments", "--set", "-s", multiple=True, metavar="NAME=VALUE", help="Change any setting once."
        ),
        click.option("--config", type=click.Path(path_type=Path), help="Settings file to use."),
    ):
        command = option(command)
    return command


def model_option(command: Decorated) -> Decorated:
    """Add `--model`."""
    return click.option("--model", "-m", help="Shipped model, weights folder, or provider:name.")(command)


def docs_option(command: Decorated) -> Decorated:
    """Add `--docs`, which may be repeated."""
    return click.option(
        "--docs",
        "-d",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Folder to ask; may be repeated. The sample handbook by default.",
    )(command)


def chroma_option(command: Decorated) -> Decorated:
    """Add `--chroma-url`."""
    return click.option(
        "--chroma-url", metavar="URL", help="Chroma server that keeps the vectors, as http://localhost:8000."
    )(command)


def _assigned(assignments: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise click.UsageError(f"--set takes NAME=VALUE, not {assignment!r}.")
        values[name.strip()] = value.strip()
    return values
