"""What a refresh did."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that is not in the index, or a folder that could not be looked into, and why."""

    path: str
    """Path relative to the indexed folder, with forward slashes; that of a folder ends with one."""
    reason: str
    """One sentence for people."""


@dataclass(slots=True)
class IndexReport:
    """The outcome of one refresh; every file of the folder is counted exactly once."""

    added: int = 0
    """Files that were not in the index before."""
    changed: int = 0
    """Files whose content differs from the indexed one."""
    unchanged: int = 0
    """Files that were left as they are, among them those in folders that cannot be listed for the moment."""
    removed: int = 0
    """Files that left the folder, and so the index."""
    failed: list[FailedFile] = field(default_factory=list)
    """Files that cannot be indexed, sorted by path."""
    chunks: int = 0
    """Chunks in the whole index after the refresh."""
    seconds: float = 0.0
    """Wall-clock duration of the refresh."""
    waiting: int = 0
    """Chunks that only their words can find, as the time for embedding was over; the next refresh goes on."""

    lost: int = 0
    """Files among the failed ones that could be searched before."""

    @property
    def has_changes(self) -> bool:
        """Whether what can be found is not what it was before."""
        return bool(self.added or self.changed or self.removed or self.lost)

    def to_json(self) -> dict[str, Any]:
        """Return the report as a dictionary that `json.dumps` accepts, fields in fixed order."""
        fields = asdict(self) | {"seconds": round(self.seconds, 3)}
        del fields["waiting"]  # `index --json` always embeds everything
        del fields["lost"]  # they are among the failed ones
        return fields
