"""Follow a folder: bring the index in line after every change."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Protocol

from rag.errors import EmptyFolderError, IndexBusyError
from rag.progress import ProgressListener
from rag.report import FailedFile, IndexReport

_QUIET_MS = 400  # a burst of changes, as an editor or a checkout makes, is one refresh
_RETRY_MS = 2000


class Refreshable(Protocol):
    """What follows a folder."""

    @property
    def folder(self) -> Path:
        """The folder."""

    @property
    def data_dir(self) -> Path:
        """Where the index lies, perhaps below the folder."""

    def refresh(self, progress: ProgressListener | None = None) -> IndexReport:
        """Bring the index in line with the folder."""


def watch(
    index: Refreshable, stop: threading.Event, progress: ProgressListener | None = None
) -> Iterator[IndexReport]:
    """Refresh now and after each change, and hand out the reports of what changed; ends when `stop` is set.

    A folder that is empty for a while, or an index that another process writes, is waited for.
    """
    from watchfiles import DefaultFilter
    from watchfiles import watch as changes

    # What the index writes itself is no change; the filter compares how paths begin.
    own = [f"{index.data_dir}{os.sep}"] if index.folder in index.data_dir.parents else []
    events = changes(
        index.folder,
        watch_filter=DefaultFilter(ignore_paths=own),
        step=_QUIET_MS,
        rust_timeout=_RETRY_MS,
        yield_on_timeout=True,
        stop_event=stop,
    )
    pending = True
    failed: list[FailedFile] = []
    for number, batch in enumerate(chain([set()], events)):
        # Number 1 comes when the watch has begun: what changed during the first refresh is found then.
        pending = pending or bool(batch) or number == 1
        if not pending:
            continue
        try:
            report = index.refresh(progress)
            is_first = number == 0
        except EmptyFolderError as error:
            report, is_first = error.report, False
        except IndexBusyError:
            continue
        pending = False
        if is_first or report.has_changes or report.failed != failed:
            yield report
        failed = report.failed
