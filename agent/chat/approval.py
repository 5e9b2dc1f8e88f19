"""Ask the person before a tool changes something."""

from __future__ import annotations

from collections.abc import Callable

from agent.conversations.events import Approval, ToolRequest
from agent.rendering.escape import one_line
from agent.rendering.view import View

QUESTION = "Allow it? [y]es, [n]o, [a]lways in this conversation: "
_VERDICTS = {"y": "yes", "yes": "yes", "n": "no", "no": "no", "": "no", "a": "always", "always": "always"}


class Approver:
    """Decides about tool calls as the person says, and remembers "always" for a conversation.

    Args:
        view: Shows the calls.
        ask: Asks the person a question and returns the reply.
    """

    def __init__(self, view: View, ask: Callable[[str], str]) -> None:
        self._view = view
        self._ask = ask
        self.always: set[str] = set()
        """Names of the tools that need not be asked about any more."""

    def decide(self, approval: Approval) -> None:
        """Ask about each call and let the graph go on."""
        allowed = [request.id for request in approval.requests if self._allows(request)]
        approval.decide(allowed)

    def _allows(self, request: ToolRequest) -> bool:
        self._view.say(f"The model wants to call {describe(request)}", "yellow")
        if request.name in self.always:
            self._view.say("Allowed, as you said before.", "dim")
            return True
        self._view.say(f"  {one_line(request.description)}", "dim")
        verdict = self._verdict()
        if verdict == "always":
            self.always.add(request.name)
        if verdict == "no":
            self._view.say("Declined; the model is told so.", "yellow")
        return verdict != "no"

    def _verdict(self) -> str:
        while True:
            try:
                reply = self._ask(QUESTION).strip().casefold()
            except EOFError:
                self._view.console.print()
                return "no"
            except KeyboardInterrupt:
                self._view.console.print()  # what comes next begins on a line of its own
                raise
            if reply in _VERDICTS:
                return _VERDICTS[reply]


def describe(request: ToolRequest) -> str:
    """Return a call as one line: name(argument=value, ...)."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in request.arguments.items())
    return one_line(f"{request.name}({arguments})")
