"""The chat: what it holds, and how it asks and works."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from agent.assembly import Assembly
from agent.chat.approval import Approver
from agent.chat.background import BackgroundAnswer
from agent.chat.live_answer import LiveAnswer
from agent.configuration.settings import Settings
from agent.context import Context
from agent.conversations.events import Event
from agent.conversations.question import check_question
from agent.conversations.session import Session
from agent.rendering.progress_line import describe
from agent.rendering.screen import LOOKS, look_at, make_console
from agent.rendering.view import View


class Chat:
    """A conversation in a terminal, or with lines from a pipe.

    Args:
        context: Settings and screen.
        assembly: The parts that answer.
        session: The conversation.
        view: How things look.
        ask: Asks the person a question and returns the reply.
    """

    def __init__(
        self,
        context: Context,
        assembly: Assembly,
        session: Session,
        view: View,
        ask: Callable[[str], str],
    ) -> None:
        self.context = context
        self.assembly = assembly
        self.session = session
        self.view = view
        self.approver = Approver(view, ask)
        self.trace = context.settings.trace
        self.running = True

    def ask(self, text: str) -> None:
        """Ask a question and show the answer."""
        question = check_question(text)
        live = LiveAnswer(self.view, self.assembly.missing, self.trace)
        self.assembly.progress = lambda progress: live.note(describe(progress))
        with BackgroundAnswer(lambda cancel: self.session.ask(question, cancel)) as events:
            answer = live.show(events, self.approver.decide)
        if answer is None:
            return
        self.view.answer(question, answer)
        self._warn()

    def use_settings(self, settings: Settings) -> None:
        """Go on with other settings.

        Raises:
            HomespunError: They cannot be used; the old ones stay.
            RagError: An index cannot be opened with them; the old ones stay.
        """
        before = self.assembly.settings
        self.work("Changing the settings", lambda cancel: self.assembly.use_settings(settings, cancel))
        self.assembly.preload()
        if self.session.store is not None:
            self.session.store.keep = settings.threads
        if settings.trace != before.trace:
            self.trace = settings.trace
        if any(getattr(settings, name) != getattr(before, name) for name in LOOKS):
            stream = self.view.console.file
            self.view.screen = look_at(stream, settings)
            self.view.console = make_console(self.view.screen, stream)

    def work(self, label: str, work: Callable[[threading.Event], object]) -> None:
        """Do something that takes a while behind a spinner.

        Args:
            label: What is being done.
            work: Does it; it takes the event that Ctrl-C sets.
        """
        live = LiveAnswer(self.view, lambda: None)
        live.note(label)
        self.assembly.progress = lambda progress: live.note(describe(progress))

        def run(cancel: threading.Event) -> Iterator[Event]:
            work(cancel)
            yield from ()

        with BackgroundAnswer(run) as events:
            live.show(events, self.approver.decide)

    def _warn(self) -> None:
        if self.session.warning:
            self.view.say(self.session.warning, "yellow")
            self.session.warning = None
