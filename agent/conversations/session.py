"""A conversation under way: asks, remembers the turns, and saves them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent.conversations.answer import Answer
from agent.conversations.threads import Thread, ThreadStore, Turn
from agent.errors import Cancelled, StorageError

if TYPE_CHECKING:
    from agent.assembly import Assembly
    from agent.configuration.layers import LoadedSettings
    from agent.configuration.settings import Settings
    from agent.conversations.answering import Answerer, Exchange
    from agent.conversations.events import Event


def settings_for(thread: Thread | None, loaded: LoadedSettings) -> Settings:
    """Return the settings with the folders of the thread that goes on, if the command line names none.

    Raises:
        FolderUnusableError: None of its folders is there any more.
    """
    settings = loaded.settings
    if thread is None or loaded.names_folders or not (folders := thread.folders_left()):
        return settings
    return settings.model_copy(update={"docs": folders})


class Session:
    """A conversation with the documents of an assembly.

    Args:
        assembly: The parts that answer.
        store: Where the thread is saved; None saves nothing.
        thread: Id of a saved thread to go on with; None begins a new one at the first question.
        title: What a new thread is called; its first question by default.
    """

    def __init__(
        self,
        assembly: Assembly,
        store: ThreadStore | None = None,
        thread: str | None = None,
        title: str | None = None,
    ) -> None:
        self.assembly = assembly
        self.store = store
        self.thread = thread
        self.turns: list[Turn] = store.turns(thread) if store and thread else []
        self.warning: str | None = None
        """What the person has to know besides the answer; whoever shows it clears it."""
        self._title = title

    @property
    def last_answer(self) -> Answer | None:
        """The latest complete answer."""
        return turn.answer if (turn := self.last_answered) else None

    @property
    def last_answered(self) -> Turn | None:
        """The latest turn whose question was answered, not interrupted."""
        return next((turn for turn in reversed(self.turns) if turn.answer), None)

    def ask(self, question: str, cancel: threading.Event | None = None) -> Iterator[Event]:
        """Yield what happens while a question is answered, the finished answer last.

        Args:
            question: As the person put it, checked.
            cancel: Set it to stop the answer; what was asked stays saved.

        Raises:
            Cancelled: `cancel` was set.
        """
        answerer = self.assembly.answerer.get()
        if self.assembly.behind is not None:
            self.warning = f"The folders are asked as they were indexed last. {self.assembly.behind}"
            self.assembly.behind = None
        with self.assembly.answering():
            yield from self._answer(answerer, question, cancel)

    def _answer(self, answerer: Answerer, question: str, cancel: threading.Event | None) -> Iterator[Event]:
        from agent.conversations.events import Finished

        if cancel is not None and cancel.is_set():
            raise Cancelled  # the person gave up while something was still loading
        history = self._history()
        number = self._save_question(question)
        self.turns.append(Turn(number, question, None))
        for event in answerer.stream(question, history, cancel, self.thread):
            if isinstance(event, Finished):
                self.turns[-1] = Turn(number, question, event.answer)
                self._save_answer(number, event.answer)
            yield event

    def restart(self) -> None:
        """Begin a new thread at the next question."""
        self.thread = None
        self.turns = []

    def resume(self, thread: str) -> None:
        """Go on with a saved thread."""
        if self.store is not None:
            self.turns = self.store.turns(thread)
            self.thread = thread

    def undo(self) -> Turn | None:
        """Forget the last turn and return it; None when there is none."""
        if not self.turns:
            return None
        if self.store is not None and self.thread is not None:
            self.store.undo(self.thread, self.turns[-1].number)  # another chat may have gone on
            if not self.store.turns(self.thread):
                self.thread = None
        return self.turns.pop()

    def _history(self) -> list[Exchange]:
        """Return the latest answered turns, as many as the settings say."""
        answered = [(turn.question, turn.answer.text) for turn in self.turns if turn.answer is not None]
        return answered[max(len(answered) - self.assembly.settings.history, 0) :]

    def _save_question(self, question: str) -> int:
        number = self.turns[-1].number + 1 if self.turns else 1
        if self.store is None:
            return number
        try:
            if self.thread is None:
                self.thread = self.store.create(question, self.assembly.folders)
                if self._title:
                    self.store.rename(self.thread, self._title)
            return self.store.ask(self.thread, question, self.assembly.folders)
        except StorageError as error:
            self._stop_saving(error)
            return number

    def _save_answer(self, number: int, answer: Answer) -> None:
        if self.store is not None and self.thread is not None:
            try:
                self.store.answer(self.thread, number, answer)
            except StorageError as error:
                self._stop_saving(error)

    def _stop_saving(self, error: StorageError) -> None:
        # A full disk or a read-only home must not keep a person from an answer.
        self.warning = f"This conversation is not saved. {error}"
        self.store = None
        self.thread = None
