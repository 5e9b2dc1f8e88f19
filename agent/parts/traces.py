"""Take back what was written for a folder that turned out to be of no use."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path


class NewFolders:
    """Remembers which folders were not there, to remove them again if nothing comes of them.

    Args:
        places: Folders that may be made.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        self._missing = {
            place: [folder for folder in (place, *place.parents) if not folder.exists()]
            for place in places
            if not place.exists()
        }

    def remove(self) -> None:
        """Remove the new folders, and those above them that were new and are empty now."""
        for place, folders in self._missing.items():
            shutil.rmtree(place, ignore_errors=True)
            for folder in folders[1:]:
                try:
                    folder.rmdir()
                except OSError:
                    break
