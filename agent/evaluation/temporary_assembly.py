"""The program, put together for a measurement; nothing of it is left afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from agent.configuration.paths import Paths

if TYPE_CHECKING:
    from agent.assembly import Assembly
    from agent.configuration.settings import Settings


@contextmanager
def assembly_over(documents: Path | Callable[[Path], None], settings: Settings) -> Iterator[Assembly]:
    """Put the program together over documents, with files of its own that are gone afterwards.

    Args:
        documents: A folder, or what writes documents into one that is made for it.
        settings: As the person chose them; only the folder of documents is another one.
    """
    from agent.assembly import Assembly

    with TemporaryDirectory(prefix="homespun-") as place:
        root = Path(place)
        folder = documents if isinstance(documents, Path) else root / "documents"
        if not isinstance(documents, Path):
            documents(folder)
        paths = Paths(root / "config", root / "data", root / "cache")
        assembly = Assembly(settings.model_copy(update={"docs": [folder]}), paths)
        try:
            yield assembly
        finally:
            if assembly.library.ready:  # without a model, for one, nothing was read
                assembly.library.get().close()
