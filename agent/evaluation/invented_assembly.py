"""The program, put together over the documents of an invented world."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from agent.evaluation.invented_world import World
from agent.paths import Paths

if TYPE_CHECKING:
    from agent.assembly import Assembly
    from agent.settings import Settings


@contextmanager
def assembly_over(world: World, settings: Settings) -> Iterator[Assembly]:
    """Put the program together over the documents of a world, in folders that are gone afterwards.

    Args:
        world: What the documents are about.
        settings: As the person chose them; only the folder of documents is another one.
    """
    from agent.assembly import Assembly

    with TemporaryDirectory(prefix="homespun-") as place:
        root = Path(place)
        world.write(root / "documents")
        paths = Paths(root / "config", root / "data", root / "cache")
        assembly = Assembly(settings.model_copy(update={"docs": [root / "documents"]}), paths)
        try:
            yield assembly
        finally:
            assembly.library.get().close()
