"""How much of a thread's past is kept on disk.

LangGraph writes a checkpoint after every step and never deletes one. To resume, to rewind and to fork
a conversation, the last step of each turn is enough: these savers delete the steps of finished turns
when the next turn begins, and whole turns beyond a limit.

    with BoundedSqliteSaver.from_conn_string("threads.db") as saver:
        graph = build_assistant(model, retriever, checkpointer=saver)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

KEPT_TURNS = 50
"""Turns of a thread that can be rewound to, unless set otherwise."""

_SELECT = (
    "SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id, metadata FROM checkpoints WHERE thread_id = ?"
)
_DELETE_CHECKPOINT = "DELETE FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
_DELETE_WRITES = "DELETE FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
_PRAGMAS = """
PRAGMA wal_autocheckpoint = 64;
PRAGMA journal_size_limit = 262144;
PRAGMA synchronous = NORMAL;
"""
"""SQLite's write-ahead log would stand at 4 MB beside a database of half a megabyte. And it would wait for
the disk at every step: now a killed process still loses nothing, a power cut at most the latest steps."""


class Row(NamedTuple):
    """What the database says about a checkpoint."""

    namespace: str
    identifier: str
    """Grows with time."""
    parent: str | None
    source: str
    """Who made it: "input" begins a turn, "loop" is a step, "update" and "fork" are a person's."""


class BoundedSqliteSaver(SqliteSaver):
    """A `SqliteSaver` whose threads do not grow for ever.

    Set `turns` to keep another number of them.
    """

    turns: int = KEPT_TURNS

    def setup(self) -> None:
        """Create the tables where they are missing."""
        if not self.is_setup:
            super().setup()
            self.conn.executescript(_PRAGMAS)

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint; where it begins a turn, tidy up the turns before it."""
        stored = super().put(config, checkpoint, metadata, new_versions)
        if _begins_turn(config, metadata):
            thread = str(config["configurable"]["thread_id"])
            with self.cursor() as cursor:
                rows = _read(cursor.execute(_SELECT, (thread,)).fetchall())
                doomed = _addresses(thread, superfluous(rows, self.turns))
                cursor.executemany(_DELETE_CHECKPOINT, doomed)
                cursor.executemany(_DELETE_WRITES, doomed)
        return stored


class AsyncBoundedSqliteSaver(AsyncSqliteSaver):
    """An `AsyncSqliteSaver` whose threads do not grow for ever.

    Set `turns` to keep another number of them.
    """

    turns: int = KEPT_TURNS

    async def setup(self) -> None:
        """Create the tables where they are missing."""
        if not self.is_setup:
            await super().setup()
            await self.conn.executescript(_PRAGMAS)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint; where it begins a turn, tidy up the turns before it."""
        stored = await super().aput(config, checkpoint, metadata, new_versions)
        if _begins_turn(config, metadata):
            thread = str(config["configurable"]["thread_id"])
            async with self.lock, self.conn.cursor() as cursor:
                await cursor.execute(_SELECT, (thread,))
                doomed = _addresses(thread, superfluous(_read(await cursor.fetchall()), self.turns))
                await cursor.executemany(_DELETE_CHECKPOINT, doomed)
                await cursor.executemany(_DELETE_WRITES, doomed)
                await self.conn.commit()
        return stored


def superfluous(rows: Sequence[Row], turns: int) -> list[Row]:
    """Return the checkpoints of a thread that neither resuming nor rewinding needs.

    Kept are the ends of the newest turns, the ends of branches that a person made, and all that
    belongs to the newest checkpoint, at which the thread goes on. A graph inside that keeps a memory of its
    own (`checkpointer=True`) is a thread of its own.
    """
    newest = max((row.identifier for row in rows if not row.namespace), default="")
    threads: dict[str, list[Row]] = {}
    for row in rows:
        if not _is_of_a_step(row):
            threads.setdefault(row.namespace, []).append(row)
    kept = {row for thread in threads.values() for row in _ends(thread, turns)}
    # Checkpoints of a graph that belongs to a step matter while the step that runs it is not finished.
    return [row for row in rows if row not in kept and (not _is_of_a_step(row) or row.identifier < newest)]


def _ends(thread: Sequence[Row], turns: int) -> list[Row]:
    """Return the newest checkpoint, and the ends of the newest turns and branches before it."""
    ordered = sorted(thread, key=lambda row: row.identifier)
    parents = {row.parent for row in ordered}
    began_after = {row.parent for row in ordered if row.source == "input"}
    ends = [row for row in ordered if row.identifier in began_after or row.identifier not in parents]
    return [*ends[-turns - 1 :], ordered[-1]]


def _is_of_a_step(row: Row) -> bool:
    """Whether a checkpoint is of a graph that ran within one step: the namespace names its task."""
    return ":" in row.namespace


def _begins_turn(config: RunnableConfig, metadata: CheckpointMetadata) -> bool:
    return metadata.get("source") == "input" and not config["configurable"].get("checkpoint_ns")


def _read(rows: Iterable[Sequence[str | bytes | None]]) -> list[Row]:
    return [
        Row(str(namespace), str(identifier), str(parent) if parent else None, _source(metadata))
        for namespace, identifier, parent, metadata in rows
    ]


def _source(metadata: str | bytes | None) -> str:
    return str(json.loads(metadata).get("source", "")) if metadata else ""


def _addresses(thread: str, rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    return [(thread, row.namespace, row.identifier) for row in rows]
