"""The one place where the parts are put together: model, index, graph and saved threads.

Nothing is loaded before it is needed. `preload` loads everything behind the back of a person who is
still typing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.configuration.paths import HANDBOOK, Paths
from agent.configuration.settings import Settings, Workflow
from agent.errors import Cancelled, FolderUnusableError, StorageError
from agent.parts import models
from agent.parts.library import DocumentIndex, Library, check_folders, index_folder
from agent.parts.memory import Memory
from agent.parts.part import Part
from agent.parts.traces import NewFolders

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.tools import BaseTool

    from agent.conversations.answering import Answerer
    from agent.tools.servers import ToolServers
    from graphs.judgement import Judgement
    from rag.embedding import Embedder
    from rag.errors import IndexBusyError
    from rag.progress import Progress, ProgressListener
    from rag.report import IndexReport

EMBED_SECONDS = 20.0
"""What a person who asks a new folder waits for vectors; for small folders it is enough."""
_PAUSE_SECONDS = 1.0  # between two rounds of embedding another process gets its turn to write
_LOCK_SECONDS = EMBED_SECONDS + 10.0  # so long a round of another process may take

_OF_MODEL = frozenset({"model", "base_url", "processors"})
_OF_LIBRARY = frozenset({"docs", "embedder", "chroma_url"})
_OF_ANSWERER = frozenset({"workflow", "quoting", "passages", "confidence", "mcp"})
"""Settings that a part was made with: when they change, it is made again."""


class Assembly:
    """The parts of the program for one set of folders and one model.

    Args:
        settings: What the person chose.
        paths: Where the program keeps its files.
        open_model: Loads the language model; the one of the settings by default.
        open_index: Opens the index of a folder; Homespun's own by default.
        open_embedder: Loads the embedding model; the one of the settings by default.
        workflow: What is done with a message; see the setting of that name.
        embed_seconds: How long one reading of a folder may embed; None lets it finish. What still waits is
            found by its words; a chat goes on behind the person's back, a command the next time.

    Raises:
        FolderUnusableError: A folder of documents is missing, unreadable or empty.
    """

    def __init__(
        self,
        settings: Settings,
        paths: Paths,
        *,
        open_model: Callable[[Settings], BaseChatModel] | None = None,
        open_index: Callable[[Path], DocumentIndex] | None = None,
        open_embedder: Callable[[Settings], Embedder] | None = None,
        workflow: Workflow = "documents",
        embed_seconds: float | None = None,
    ) -> None:
        self.settings = settings
        self.paths = paths
        self.folders = check_folders(settings.docs or [HANDBOOK])
        self.progress: ProgressListener | None = None
        """Told how far the indexing is."""
        self.workflow = workflow
        self.idle = threading.Event()
        """Cleared while a question is answered: work that can wait then leaves the processor alone."""
        self.idle.set()
        self._answers = 0
        self._answers_lock = threading.Lock()
        self._embed_seconds = embed_seconds
        self._open_model = open_model or models.open_model
        self._open_index = open_index or self._open_own_index
        self.model: Part[BaseChatModel] = Part("the language model", lambda: self._open_model(self.settings))
        self.embedder: Part[Embedder] = Part(
            "the embedding model", lambda: (open_embedder or models.open_embedder)(self.settings)
        )
        self.memory = Memory(paths.memory, lambda texts: self.embedder.get().embed_documents(texts))
        self._unwanted = threading.Event()
        """Set while servers of tools that are still starting shall give up."""
        self.tool_servers: Part[ToolServers] = Part("the servers of tools", self._open_tool_servers)
        self.library: Part[Library] = Part("the documents", self._build_library)
        self.answerer: Part[Answerer] = Part("the workflow", self._build_answerer)
        self.reports: list[IndexReport] = []
        """What the last reading of the folders did."""
        self.behind: IndexBusyError | None = None
        """Why the index is asked as it was: another program writes it. Whoever says so clears it."""
        self._catching_up = threading.Lock()

    def preload(self) -> threading.Thread:
        """Load everything in the background; a failure waits for whoever asks first."""
        thread = threading.Thread(target=self._load_all, name="preload", daemon=True)
        thread.start()
        return thread

    def missing(self) -> str | None:
        """Name the part that an answer still waits for, or None."""
        parts: Iterable[Part[Any]] = (self.model, self.library, self.answerer)
        return next((part.name for part in parts if not part.ready), None)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Clear `idle` as long as a question is answered.

        Answers are counted: one that was stopped may end only while the next is under way.
        """
        with self._answers_lock:
            self._answers += 1
            self.idle.clear()
        try:
            yield
        finally:
            with self._answers_lock:
                self._answers -= 1
                if not self._answers:
                    self.idle.set()

    def refresh(self) -> list[IndexReport]:
        """Read what changed in the folders since the last time.

        Raises:
            IndexBusyError: Another program is writing an index.
        """
        if not self.library.ready:
            self.library.get()
            if self.behind is not None:
                raise self.behind
        else:
            self.reports = self.library.get().refresh(self.progress)
        return self.reports

    def tools(self) -> list[BaseTool]:
        """Return what the model may call.

        Raises:
            HomespunError: A server of tools cannot be used.
        """
        from agent.tools import build_tools

        return build_tools(self.library.get(), self.memory, self.tool_servers.get().tools)

    def judgement(self) -> Judgement:
        """Return what the graphs go by when they decide."""
        from agent.parts.judgement import open_judgement

        return open_judgement(self.settings, self.model.get(), self.embedder.get())

    def use_folders(self, folders: Sequence[Path], cancel: threading.Event | None = None) -> None:
        """Ask other folders from now on.

        Args:
            folders: The others.
            cancel: As in `use_settings`.

        Raises:
            FolderUnusableError: One of them cannot be used; the old ones stay.
            Cancelled: `cancel` was set.
        """
        self.use_settings(self.settings.model_copy(update={"docs": list(folders)}), cancel)

    def use_model(self, name: str, cancel: threading.Event | None = None) -> None:
        """Answer with another model from now on.

        Args:
            name: As in the setting `model`.
            cancel: As in `use_settings`.

        Raises:
            HomespunError: There is no such model; the old one stays.
            Cancelled: `cancel` was set.
        """
        self.use_settings(self.settings.model_copy(update={"model": name}), cancel)

    def use_settings(self, settings: Settings, cancel: threading.Event | None = None) -> None:
        """Go on with other settings; only the parts that they concern are made again.

        Args:
            settings: The others.
            cancel: Set it, from any thread, to stay with the old settings.

        Raises:
            HomespunError: A folder or the model cannot be used; the old settings stay.
            RagError: An index cannot be opened; the old settings stay.
            Cancelled: `cancel` was set before all was ready; the old settings stay.
        """
        changed = _changed(self.settings, settings)
        folders = check_folders(settings.docs or [HANDBOOK]) if "docs" in changed else self.folders
        before = self.settings, self.folders, self.model
        model = self.model
        if changed & _OF_MODEL:
            opened = self._open_model(settings)
            model = Part("the language model", lambda: opened)
        _check(cancel)
        self._go_on_with(settings, folders, model)
        if changed & _OF_LIBRARY:
            try:
                self._read(cancel)
            except Exception:
                self._go_on_with(*before)
                self.preload()
                raise

    def _read(self, cancel: threading.Event | None) -> None:
        """Read the folders for the first time, unless `cancel` is set before it is done."""
        listener = self.progress

        def tell(progress: Progress) -> None:
            _check(cancel)
            if listener is not None:
                listener(progress)

        self.progress = tell
        try:
            self.library.get()
        finally:
            self.progress = listener
        _check(cancel)

    def _go_on_with(self, settings: Settings, folders: list[Path], model: Part[BaseChatModel]) -> None:
        """Have these settings from now on, and forget the parts that were made with others."""
        changed = _changed(self.settings, settings)
        self.settings, self.folders, self.model = settings, folders, model
        if "workflow" in changed:
            self.workflow = settings.workflow
        if "embedder" in changed:
            self.embedder.forget()
            self.memory.forget_vectors()
        if changed & _OF_LIBRARY and (library := self.library.take()) is not None:
            threading.Thread(target=self._close, args=[library], daemon=True).start()
        if "mcp" in changed:
            self.end_tool_servers()
        if changed & (_OF_MODEL | _OF_LIBRARY | _OF_ANSWERER):
            self.answerer.forget()

    def end_tool_servers(self) -> None:
        """End the servers of tools that were started; whoever needs them again starts them again."""
        self._unwanted.set()
        servers = self.tool_servers.take()
        self._unwanted.clear()
        if servers is not None:
            servers.close()

    def _load_all(self) -> None:
        # The part stays unbuilt, so an error comes again to whoever asks for it.
        with suppress(Exception):
            self.answerer.get()
            self._catch_up(self.library.get())

    def _catch_up(self, library: Library) -> None:
        """Embed what the first reading had no time for, as long as these folders are asked."""
        with self._catching_up:  # whoever preloads again waits, and mostly finds that all is done
            while any(report.waiting for report in self.reports):
                time.sleep(_PAUSE_SECONDS)
                self.idle.wait()
                if not self._is_asked(library):
                    return
                reports = library.refresh(self._give_way)
                if self._is_asked(library):
                    self.reports = reports

    def _close(self, library: Library) -> None:
        """Let go of folders that are asked no longer, once nothing is embedded for them."""
        with self._catching_up:
            library.close()

    def _is_asked(self, library: Library) -> bool:
        return self.library.ready and self.library.get() is library

    def _give_way(self, _: Progress) -> None:
        self.idle.wait()

    def _build_library(self) -> Library:
        from rag.errors import FolderError, IndexBusyError

        new = NewFolders([index_folder(self.paths.indexes, folder) for folder in self.folders])
        library = Library(self.folders, self._open_index)
        self.behind = None
        try:
            self.reports = library.refresh(self.progress)
        except (FolderUnusableError, FolderError):
            library.close()
            new.remove()
            raise
        except IndexBusyError as error:
            if not library.is_indexed():
                library.close()
                raise
            self.reports, self.behind = [], error
        return library

    def _open_own_index(self, folder: Path) -> DocumentIndex:
        from agent.parts.passage_tokens import passage_tokens
        from rag import FolderIndex

        place = index_folder(self.paths.indexes, folder)
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The index of {folder} cannot be kept in {place} ({error.strerror}): make that folder "
                "writable, or point HOMESPUN_HOME to another."
            ) from error
        return FolderIndex(
            folder,
            place,
            embedder=self.embedder.get(),
            token_counter=passage_tokens(self.settings),
            chroma_url=self.settings.chroma_url or None,
            lock_seconds=_LOCK_SECONDS,
            embed_seconds=self._embed_seconds,
        )

    def _open_tool_servers(self) -> ToolServers:
        from agent.tools.servers import ToolServers

        return ToolServers(self.settings.mcp, self._unwanted)

    def _build_answerer(self) -> Answerer:
        # The model comes first: without weights, nothing of the folder needs to be read or written.
        model = self.model.get()
        library = self.library.get()
        from agent.conversations.answering import Answerer
        from graphs import build_assistant

        retriever = library.retriever(self.settings.passages)
        if self.workflow == "documents":
            return Answerer(build_assistant(model, retriever, judgement=self.judgement(), small_talk=False))
        from langgraph.checkpoint.memory import InMemorySaver

        saver = InMemorySaver()
        graph = build_assistant(
            model,
            retriever,
            self.tools(),
            judgement=self.judgement(),
            checkpointer=saver,
            store=self.memory.store,
        )
        return Answerer(graph, saver)


def _changed(before: Settings, now: Settings) -> set[str]:
    """Return the names of the settings that are others now."""
    return {name for name in type(now).model_fields if getattr(now, name) != getattr(before, name)}


def _check(cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise Cancelled
