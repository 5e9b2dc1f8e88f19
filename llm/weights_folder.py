"""Finds weights by name or path, and loads each folder once, however many ask for it."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from llm.errors import WeightsError

if TYPE_CHECKING:
    from llm.inference.engine import Engine

WEIGHTS = Path(__file__).resolve().parent / "weights"
"""Holds the shipped models, one folder each."""
DEFAULT_MODEL = "homespun"
TOOL_WEIGHTS = "tools"
"""Folder inside a weights folder: the same weights, trained further on nothing but tools."""

_engines: dict[Path, Engine] = {}
_loading = threading.Lock()


def find_weights(model: str) -> Path:
    """Return the folder of a model.

    Args:
        model: Name of a shipped model, or path of a weights folder.

    Raises:
        WeightsError: There is no such folder.
    """
    shipped = WEIGHTS / model
    # Unlike the method of a path, this leaves the home of an unknown person as it is written.
    for folder in (shipped, Path(os.path.expanduser(model))):
        if (folder / "config.json").is_file():
            return folder.resolve()
    known = ", ".join(sorted(path.parent.name for path in WEIGHTS.glob("*/config.json"))) or "none"
    raise WeightsError(
        f"There are no weights for the model {model!r}, looked for in {shipped}: restore that folder, or "
        f"name another model (shipped: {known}) or a folder with a config.json, in the terminal with --model."
    )


def find_tool_weights(folder: Path) -> Path:
    """Return the folder of the weights for tools, which is `folder` itself where it holds no others."""
    tools = folder / TOOL_WEIGHTS
    return tools if (tools / "config.json").is_file() else folder


def load_engine(folder: Path, threads: int | None = None) -> Engine:
    """Return the engine of a weights folder, loaded on first use and shared afterwards.

    Raises:
        WeightsError: A file of the folder is missing or damaged.
    """
    from llm.inference.engine import Engine
    from llm.model.gpt import GPT
    from llm.tokenization.tokenizer import Tokenizer

    with _loading:
        engine = _engines.get(folder)
        if engine is None:
            engine = Engine(GPT.from_pretrained(folder), Tokenizer.load(folder), threads=threads)
            if engine.tokenizer.vocabulary_size > engine.model.config.vocab_size:
                raise WeightsError(
                    f"The tokenizer in {folder} has more tokens than the model: restore the folder."
                )
            _engines[folder] = engine
        return engine


def unload(folder: Path) -> None:
    """Forget a loaded folder and what is in it, so that changed weights are read again."""
    forgotten = folder.resolve()
    with _loading:
        for loaded in [loaded for loaded in _engines if loaded.is_relative_to(forgotten)]:
            del _engines[loaded]
