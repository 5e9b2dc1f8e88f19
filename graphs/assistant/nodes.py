"""The nodes of the assistant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.messages import BaseMessage, HumanMessage
from langgraph.config import get_config

from graphs import prompts
from graphs.assistant.memory import Memory
from graphs.assistant.state import AssistantState
from graphs.assistant.summary import Summariser
from graphs.document_qa.state import thresholds_of_run
from graphs.grading import grade_passages
from graphs.judgement import Judgement
from graphs.mind import Mind
from graphs.progress import Decision, report
from graphs.step import Work
from graphs.turn import Update, begin, read_question, unsaid
from rag.passage import Passage

_MOST_MEMORIES = 4
"""Memories that are looked at in a turn."""


@dataclass(frozen=True, slots=True)
class AssistantNodes:
    """The nodes of the assistant, as methods that take the state and return an update of it."""

    mind: Mind
    judgement: Judgement
    """Its evidence counts beside the grades of memories; its threshold `relevance` says which are recalled,
    `reason` which messages are broken into parts."""
    summariser: Summariser
    routes: tuple[str, ...]
    """Where a message can be sent."""

    def recall(self, state: AssistantState) -> Work[Update]:
        """Begin a turn; recall what matters to it from earlier conversations."""
        asked, _ = read_question(state)
        memory = Memory.current()
        found = yield from memory.search(asked, _MOST_MEMORIES)
        texts = self._that_fit(asked, found)
        memories = [Passage(text, "memory", 0, len(text), 1, 1) for text in texts]
        probabilities = yield from grade_passages(self.mind, self.judgement.evidence, asked, memories)
        weighed = list(zip(texts, probabilities, strict=True))
        least = thresholds_of_run(self.judgement, state).relevance
        return {
            **begin("chat", asked),
            "user": memory.user,
            "conversation": memory.conversation,
            "memories": [text for text, probability in weighed if probability >= least],
            "opening": [
                Decision(node="recall", what=f"“{text}” matters here", probability=probability)
                for text, probability in weighed
            ],
            "confidence": None,
            "standalone_question": "",
            "calls": [],
            "plan": [],
            "steps": [],
        }

    def choose(self, state: AssistantState) -> Work[Update]:
        """Decide where the message goes. The model sees the message alone, no document and no tool.

        Only then is the message part of the conversation: one that is too long to be read never is.
        Questions of several parts are few among all, so that how likely one is has a threshold of its own.
        """
        asked = state["asked"]
        report("choose", "Deciding where to look")
        [odds] = yield from self.mind.choose([prompts.route(asked)], self.routes)
        route = max((route for route in self.routes if route != "reason"), key=odds.__getitem__)
        reason, least = odds.get("reason", 0.0), thresholds_of_run(self.judgement, state).reason
        if reason >= least and reason != odds[route]:  # a tie decides nothing
            route = "reason"
        decision = Decision(node="choose", what=f"the message is for: {route}", probability=odds[route])
        return {"route": route, "opening": [*state["opening"], decision], "messages": unsaid(state)}

    def chat(self, state: AssistantState) -> Work[Update]:
        """Reply in conversation, of which the model reads as much as it can."""
        report("chat", "Replying")
        *before, last = state["messages"]

        def prompt(turns: Sequence[BaseMessage]) -> list[BaseMessage]:
            return prompts.chat([*prompts.background(state["memories"]), *turns, last])

        reply = yield from self.mind.write(prompt(self.mind.newest_turns(before, prompt)), streamed=True)
        answer = reply.text.strip() or None
        return {"messages": [reply], "answer": answer, "abstained": answer is None}

    def remember(self, state: AssistantState) -> Work[Update]:
        """End the turn; summarise the oldest part of a conversation that has grown too long.

        What another graph keeps is left to it: it would put the summary among messages that it has still.
        """
        update: Update = {
            "question": state["asked"],
            "decisions": [*state["opening"], *state["decisions"]],
        }
        if _is_part_of_a_step():
            return update
        summary, condensed = yield from self.summariser.condense(state["messages"])
        if summary:
            report("remember", "Summarising the conversation")
            yield from Memory.of(state).keep_summary(summary)
        return {**update, **condensed}

    def _that_fit(self, asked: str, texts: Sequence[str]) -> list[str]:
        """Return the memories that leave a question, and the reply to it, their room."""
        kept: list[str] = []
        for text in texts:
            together = prompts.background([*kept, text])
            if self.mind.fits(prompts.chat([*together, HumanMessage(asked)])):
                kept.append(text)
        return kept


def _is_part_of_a_step() -> bool:
    """Whether the graph runs within a step of another, and its conversation ends with that step.

    One that is compiled with `checkpointer=True` has a thread of its own there, named after no step.
    """
    of_node = str(get_config().get("configurable", {}).get("checkpoint_ns", ""))
    of_graph, _, _ = of_node.rpartition("|")
    return ":" in of_graph
