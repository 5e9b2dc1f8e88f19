"""The nodes of the tool agent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    RemoveMessage,
    ToolCall,
    ToolMessage,
)
from langchain_core.tools import BaseTool
from langgraph.runtime import get_runtime
from langgraph.types import interrupt

from graphs import prompts
from graphs.document_qa.state import DocumentQAContext
from graphs.progress import Decision, report
from graphs.step import Work
from graphs.tool_agent.choice import ToolChoice
from graphs.tool_agent.guard import NOT_ALLOWED, refuse_over_budget, refuse_repeated
from graphs.tool_agent.policy import known
from graphs.tool_agent.reading import cite_found, found_by, read_found, with_passages
from graphs.tool_agent.state import (
    ApprovalCall,
    ApprovalRequest,
    ToolAgentContext,
    ToolAgentState,
)
from graphs.tool_agent.turn import (
    failed_first,
    invalid_rounds,
    latest,
    records,
    results,
    this_turn,
    told_last,
    told_now,
    turn_calls,
    unanswered,
    with_own_ids,
)
from graphs.turn import Update, begin, read_question


@dataclass(frozen=True, slots=True)
class ToolAgentNodes:
    """The nodes of the tool agent, as methods that take the state and return an update of it."""

    choice: ToolChoice
    tools: Mapping[str, BaseTool]
    approval: frozenset[str]
    """Names of the tools that wait for a person."""
    max_calls: int

    def receive(self, state: ToolAgentState) -> Update:
        """Begin a turn."""
        context = _context()
        if context.approval is not None:
            known(context.approval, self.tools)  # a mistake is told before anything is done
        question, before = read_question(state)
        is_new = len(before) == len(state.get("messages", []))
        asked = HumanMessage(question, id=str(uuid4())) if is_new else state["messages"][-1]
        given_up = [RemoveMessage(id=str(message.id)) for message in unanswered(before)]
        return {
            **begin("tools", question),
            "messages": [*given_up, asked] if is_new else given_up,
            "question_id": asked.id,
            "calls": [],
            "refused": {},
            "approval": None if context.approval is None else sorted(context.approval),
            "max_calls": context.max_calls,
            "settings": DocumentQAContext.current().kept(),
        }

    def think(self, state: ToolAgentState) -> Work[Update]:
        """Ask the model for tool calls, or for the answer."""
        report("think", "Thinking")
        failed = failed_first(state) if self.choice.can_correct else None
        if failed is not None and failed["name"] in self.tools:
            # What the tool complained of is left out: the wrong words would be copied from there.
            *before, _, complaint = this_turn(state)
            asked, tool = prompts.tool(before), self.tools[failed["name"]]
            reply = yield from self.choice.correct(asked, tool, failed["args"], complaint.text)
        else:
            reply = yield from self._choice(state).reply(self._prompt(state), list(self.tools.values()))
        if not (reply.tool_calls or reply.invalid_tool_calls):
            return self._say(state, reply, "think")
        decisions = [
            Decision(node="think", what=f"call {call['name']}({_show(call['args'])})", probability=1.0)
            for call in reply.tool_calls
        ]
        asking = with_own_ids(reply, state["messages"])
        return {"messages": [asking], "decisions": state["decisions"] + decisions}

    def guard(self, state: ToolAgentState) -> Update:
        """Refuse what may not run; pause where a person has to approve."""
        asking, settings = latest(state), self._settings(state)
        earlier = turn_calls(this_turn(state)[:-1])
        refused = {
            **refuse_repeated(asking.tool_calls, earlier),
            **refuse_over_budget(asking.tool_calls, settings.max_calls - len(earlier)),
        }
        waiting = [
            call
            for call in asking.tool_calls
            if call["name"] in settings.approval and call["id"] not in refused
        ]
        if waiting:
            # The node runs again from its top when it is resumed: nothing before this line acts.
            allowed = _read_verdict(interrupt(self._request(waiting)), waiting)
            refused |= {str(call["id"]): NOT_ALLOWED for call in waiting if call["id"] not in allowed}
        return {"refused": refused, "messages": _answer_invalid(asking)}

    def can_read(self, state: ToolAgentState, result: ToolMessage) -> bool:
        """Whether the model can read the result of a call that it has just made, and reply."""
        state = {**state, "messages": [*state["messages"], result]}
        return self.choice.mind.fits(self._prompt(state), list(self.tools.values()))

    def observe(self, state: ToolAgentState) -> Work[Update]:
        """Read what tools found: of documents, a small model reads the sentence that says what is asked."""
        if not self.choice.is_weighed:
            return {}
        mind, evidence = self.choice.mind, self.choice.judgement.evidence
        messages, decisions = [], list(state["decisions"])
        for result in told_now(state):
            passages = found_by(result)
            if not passages:
                continue
            report("observe", f"Reading {len(passages)} passages")
            sentences = yield from read_found(mind, evidence, state["asked"], passages)
            if sentences:
                messages.append(with_passages(result, sentences))
            for each in sentences:
                what = f"{each.path}:{each.start_line} says what is asked"
                decisions.append(Decision(node="observe", what=what, probability=each.scores["grade"]))
        return {"messages": messages, "decisions": decisions}

    def conclude(self, state: ToolAgentState) -> Work[Update]:
        """Ask for the answer without tools, when no more calls may be made."""
        report("conclude", "Answering with what is known")
        reply = yield from self.choice.mind.write(self._prompt(state), streamed=not self.choice.is_weighed)
        # A call that a model makes without being offered tools must not linger without a result.
        return self._say(state, AIMessage(reply.text, id=reply.id), "conclude")

    def finish(self, state: ToolAgentState) -> Update:
        """Take the last words as the answer."""
        answer, turn = latest(state).text.strip() or None, this_turn(state)
        found = [passage for result in results(turn) for passage in found_by(result)]
        return {
            "question": state["asked"],
            "answer": answer,
            "abstained": answer is None,
            "citations": cite_found(state["asked"], turn_calls(turn), answer or "", found),
            "calls": records(state),
        }

    def _say(self, state: ToolAgentState, reply: AIMessage, node: str) -> Update:
        """Return the update that adds a reply in words.

        Where tools are chosen by weighing, the model is a small one, whose words may get a result wrong:
        words that leave out what the tool said give way to what it said, before anybody sees them.
        """
        result = told_last(state) if self.choice.is_weighed else None
        told = result.text.removeprefix("Error: ").strip() if result else ""
        found = [passage.text for passage in found_by(result) if passage.text.strip()] if result else []
        if not result or any(_repeats(reply.text, text) for text in [told, *found]):
            return {"messages": [reply]}
        what = f"“{reply.text.strip()}” leaves out what the tool said, which is the answer"
        return {
            "messages": [reply.model_copy(update={"content": told})],
            "decisions": [*state["decisions"], Decision(node=node, what=what, probability=1.0)],
        }

    def _prompt(self, state: ToolAgentState) -> list[BaseMessage]:
        """Return what the model reads: where a tool is chosen for a message, no more than its turn."""
        turn, mind, tools = this_turn(state), self.choice.mind, list(self.tools.values())
        if self.choice.is_weighed:
            return prompts.tool(turn)
        whole = len(turn) if self.choice.reads_results_whole else 1
        while whole > 1 and not mind.fits(prompts.tool(turn, whole), tools):
            whole -= 1

        def prompt(turns: Sequence[BaseMessage]) -> list[BaseMessage]:
            return prompts.tool([*turns, *turn], whole)

        before = state["messages"][: len(state["messages"]) - len(turn)]
        return prompt(mind.newest_turns(before, prompt, tools))

    def may_go_on(self, state: ToolAgentState) -> bool:
        """Whether the model may call more tools: there is budget, and its latest calls were of use."""
        asking, budget = latest(state), self._settings(state).max_calls
        useful = any(call["id"] not in state["refused"] for call in asking.tool_calls)
        invalid = bool(asking.invalid_tool_calls) and invalid_rounds(state) < budget
        return (useful or invalid) and len(turn_calls(this_turn(state))) < budget

    def _choice(self, state: ToolAgentState) -> ToolChoice:
        """Return how tools are chosen, as the context of a run of the assistant or the reasoner set it."""
        judgement = DocumentQAContext.of(state).applied_to(self.choice.judgement)
        return replace(self.choice, judgement=judgement)

    def _settings(self, state: ToolAgentState) -> ToolAgentNodes:
        """Return these nodes as the context set them when the turn began; one given later may only add to it.

        Raises:
            ValueError: A tool that should wait for a person does not exist.
        """
        context = _context()
        named = [names for names in (state.get("approval"), context.approval) if names is not None]
        waiting = frozenset[str]().union(*(known(names, self.tools) for names in named))
        budgets = (self.max_calls, state.get("max_calls"), context.max_calls)
        return replace(
            self,
            approval=waiting if named else self.approval,
            max_calls=min(most for most in budgets if most is not None),
        )

    def _request(self, calls: Sequence[ToolCall]) -> ApprovalRequest:
        waiting = [
            ApprovalCall(
                id=str(call["id"]),
                name=call["name"],
                arguments=call["args"],
                description=self.tools[call["name"]].description,
            )
            for call in calls
        ]
        return ApprovalRequest(event="approval", calls=waiting)


def _context() -> ToolAgentContext:
    """Return what the run that is going on sets; nothing where no such context was given."""
    context = get_runtime(ToolAgentContext).context
    return context if isinstance(context, ToolAgentContext) else ToolAgentContext()


def asks_for_tools(state: ToolAgentState) -> bool:
    """Whether the model's latest message calls tools, be it wrongly."""
    asking = latest(state)
    return bool(asking.tool_calls or asking.invalid_tool_calls)


def _repeats(answer: str, told: str) -> bool:
    """Whether an answer holds every line that a tool said; “38” does not stand in “138”."""
    lines = (re.escape(line.strip()) for line in told.splitlines())
    return all(re.search(rf"(?<![\w.]){line}(?!\w)", answer) for line in lines)


def _answer_invalid(asking: AIMessage) -> list[ToolMessage]:
    return [
        ToolMessage(
            f"Error: the arguments are not valid JSON: {call.get('error') or call['args']}",
            name=call["name"] or "unknown",
            tool_call_id=str(call["id"]),
            status="error",
        )
        for call in asking.invalid_tool_calls
    ]


def _read_verdict(verdict: Any, waiting: Sequence[ToolCall]) -> set[str]:
    """Return the ids that a person allowed; anything but a clear yes allows nothing."""
    if verdict is True:
        return {str(call["id"]) for call in waiting}
    return set(map(str, verdict)) if isinstance(verdict, list | tuple | set) else set()


def _show(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())
