"""Check everything that the program needs, part by part; nothing is written."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shlex
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agent.configuration.paths import HANDBOOK, Paths
from agent.configuration.settings import Settings
from agent.errors import HomespunError, explain, storage_error
from agent.parts.library import check_folders, index_folder
from agent.parts.models import is_foreign, open_embedder, open_model
from llm.weights_folder import find_weights

_LEAST_PYTHON = (3, 11)
_LEAST_DISK = 500 * 1024 * 1024
_REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    what: str
    good: bool
    sentence: str
    """What is there, or what is wrong and how to mend it."""

    def to_json(self) -> dict[str, Any]:
        """Return the finding for `--json`."""
        return asdict(self)


def examine(settings: Settings, paths: Paths) -> Iterator[Finding]:
    """Yield the finding of every check; a check that fails does not stop the others."""
    checks: dict[str, Callable[[], str]] = {
        "python": _check_python,
        "packages": _check_packages,
        "weights": lambda: _check_weights(settings),
        "prompts": lambda: _check_prompts(settings),
        "embedding": lambda: _check_embedding(settings),
        "documents": lambda: _check_documents(settings, paths),
        "data": lambda: _check_data(paths),
        "disk": lambda: _check_disk(paths),
    }
    for what, check in checks.items():
        try:
            yield Finding(what, True, check())
        except Exception as error:  # whatever a check meets is its finding
            sentence = explain(error) or f"{type(error).__name__}: {error}. Run make install again."
            yield Finding(what, False, sentence)


def _check_python() -> str:
    version = sys.version.split()[0]
    if sys.version_info < _LEAST_PYTHON:
        raise HomespunError(f"Python {version} is too old: install 3.11 or newer, then make install.")
    return f"Python {version}"


def _check_packages() -> str:
    required = [line for line in importlib.metadata.requires("homespun") or () if "extra ==" not in line]
    names = [match[0] for line in required if (match := _REQUIREMENT.match(line))]
    missing = [name for name in names if not _is_installed(name)]
    if missing:
        raise HomespunError(f"These packages are missing: {', '.join(missing)}. Run make install.")
    return f"{len(names)} required packages"


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _check_weights(settings: Settings) -> str:
    if is_foreign(settings.model):
        open_model(settings)
        return f"The model {settings.model} can be opened"
    folder = find_weights(settings.model)
    open_model(settings)
    size = sum(file.stat().st_size for file in folder.rglob("*.safetensors"))
    return f"The weights of {settings.model} are whole ({size / 1e6:.0f} MB in {folder})"


def _check_prompts(settings: Settings) -> str:
    if is_foreign(settings.model):
        return f"The model {settings.model} reads the prompts in words"
    from corpora.prompt_digest import prompt_digest
    from llm.calibration import CALIBRATION_FILE, Calibration

    folder = find_weights(settings.model)
    if not (folder / CALIBRATION_FILE).exists():
        raise HomespunError(
            f"{folder} has no {CALIBRATION_FILE}, so the confidence of its answers means nothing: run "
            f"python main.py calibrate {shlex.quote(str(folder))} --development FOLDER."
        )
    learned = Calibration.load(folder).prompts
    if not learned:
        return f"Nobody noted which prompts the weights of {settings.model} were trained on"
    if learned != prompt_digest():
        raise HomespunError(
            f"The prompts are no longer those that the weights of {settings.model} were trained on, so they "
            "answer worse: restore graphs/prompts.py, or train and calibrate again."
        )
    return f"The prompts are those that the weights of {settings.model} were trained on"


def _check_embedding(settings: Settings) -> str:
    open_embedder(settings).embed_query("test")
    name = f"embedding model {settings.embedder}" if settings.embedder else "packaged embedding model"
    return f"The {name} works"


def _check_documents(settings: Settings, paths: Paths) -> str:
    from rag.storage.glance import is_indexed

    folders = check_folders(settings.docs or [HANDBOOK])
    new = [folder for folder in folders if not is_indexed(index_folder(paths.indexes, folder))]
    if new:
        return f"Not indexed yet, which the first question does: {', '.join(map(str, new))}"
    return f"Indexed: {', '.join(map(str, folders))}"


def _check_data(paths: Paths) -> str:
    place = _nearest_existing(paths.data)
    if not os.access(place, os.W_OK | os.X_OK):
        raise HomespunError(
            f"{place} may not be written to: change its permissions, or point HOMESPUN_HOME elsewhere."
        )
    if paths.database.exists():
        return f"{_count_conversations(paths.database)} saved conversations in {paths.data}"
    return f"Nothing is saved yet; it will be in {paths.data}"


def _count_conversations(file: Path) -> int:
    from rag.storage.glance import glance, has_table

    try:
        with glance(file) as connection:
            if not has_table(connection, "threads"):
                return 0
            [(count,)] = connection.execute("SELECT count(title) FROM threads")
    except sqlite3.Error as error:
        raise storage_error("The saved conversations", file, error) from error
    return int(count)


def _check_disk(paths: Paths) -> str:
    free = shutil.disk_usage(_nearest_existing(paths.data)).free
    if free < _LEAST_DISK:
        raise HomespunError(f"Only {free / 1e6:.0f} MB are free for {paths.data}: delete something.")
    return f"{free / 1e9:.1f} GB are free"


def _nearest_existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())
