"""Where the program keeps its own files: settings, data and caches, in the platform's usual folders."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "HOMESPUN_HOME"
"""Environment variable that moves everything below one folder."""

REPOSITORY = Path(__file__).resolve().parents[2]
HANDBOOK = REPOSITORY / "corpora" / "handbook"
"""The sample folder that is asked when no other is named."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Folders of the program's own files; none of them is made before something is written."""

    config: Path
    data: Path
    cache: Path

    @property
    def settings_file(self) -> Path:
        """The settings in TOML."""
        return self.config / "settings.toml"

    @property
    def indexes(self) -> Path:
        """Holds the index of every folder that was asked."""
        return self.data / "indexes"

    @property
    def models(self) -> Path:
        """Holds the weights that were tuned on folders of this person."""
        return self.data / "models"

    @property
    def database(self) -> Path:
        """Saved conversations."""
        return self.data / "homespun.sqlite"

    @property
    def memory(self) -> Path:
        """What was asked to be remembered."""
        return self.data / "memory.sqlite"

    @property
    def history(self) -> Path:
        """Lines typed in the chat."""
        return self.data / "history"


def expand_home(path: str | Path) -> Path:
    """Return the path with ~ and ~NAME replaced by a home folder; it stays as it is where there is none."""
    return Path(os.path.expanduser(path))


def locate() -> Paths:
    """Return the folders of this person on this machine."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        root = expand_home(home).resolve()
        return Paths(config=root / "config", data=root / "data", cache=root / "cache")
    from platformdirs import PlatformDirs

    folders = PlatformDirs("homespun", appauthor=False)
    return Paths(
        config=folders.user_config_path,
        data=folders.user_data_path,
        cache=folders.user_cache_path,
    )
