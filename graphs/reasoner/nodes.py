"""The nodes of the reasoner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable
from langgraph.runtime import get_runtime
from langgraph.types import Send

from graphs import prompts
from graphs.citation import annotate, without_repeats
from graphs.document_qa.state import DocumentQAContext, thresholds_of_run
from graphs.judgement import Judgement
from graphs.mind import Mind
from graphs.progress import Decision, report
from graphs.reasoner import facts
from graphs.reasoner.chain import Chain
from graphs.reasoner.state import Assignment, ReasonerState, ReasonStep
from graphs.step import Ask, Work
from graphs.turn import Update, begin, conclude, read_question
from graphs.verdict import holds, weigh

NOT_FOUND_OUT = "I could not find that out."
"""What the graph replies when it abstains."""

NOT_FOUND = "Not found"
"""What is said of a part of the question that has no answer."""

_WORD = re.compile(r"\w+")
_REFERENCE = re.compile(r"#(\d+)")


@dataclass(frozen=True, slots=True)
class ReasonerNodes:
    """The nodes of the reasoner, as methods that take the state and return an update of it."""

    mind: Mind
    helpers: Mapping[str, Runnable[Any, Any]]
    """Who can answer a simple question, by route."""
    judgement: Judgement
    max_questions: int
    chain: Chain | None = None
    """Answers from two passages a question that could not be broken down."""

    def divide(self, state: ReasonerState) -> Work[Update]:
        """Begin a turn: break the question, as it stands in the conversation, into simple ones."""
        asked, history = read_question(state)
        report("divide", "Planning")
        whole = asked
        if history:
            whole = yield from self.mind.restate(history, asked)
        questions = yield from self.mind.divide(whole)
        if len(questions) < 2:
            questions = [whole]  # not broken down: the person's own words are better than a copy of them
        roads = yield from self._roads(questions[: self.max_questions])
        decisions = [Decision(node="divide", what=question, probability=1.0) for question in questions]
        if (dropped := len(questions) - self.max_questions) > 0:
            decisions.append(Decision(node="divide", what=f"{dropped} questions too many", probability=1.0))
        return {
            **begin("reason", asked),
            "settings": DocumentQAContext.current().kept(),
            "standalone_question": whole,
            "plan": questions,
            "roads": roads,
            "steps": [],
            "confidence": 0.0,
            "decisions": decisions,
        }

    def solve(self, assignment: Assignment) -> Work[Update]:
        """Answer one simple question, from where the model thinks its answer is."""
        question, route = assignment["question"], assignment["route"]
        report("solve", f"Finding out: {question}")
        # Who answers tries again what fails; this node does not, or tools would be called a second time.
        helper, given, context = self.helpers[route], {"question": question}, _lost_context(assignment)
        result = yield Ask(
            lambda: helper.invoke(given, context=context), lambda: helper.ainvoke(given, context=context)
        )
        step = ReasonStep(
            index=assignment["index"],
            question=question,
            route=route,
            answer=result["answer"],
            confidence=result.get("confidence", 1.0) if result["answer"] else 0.0,
            citations=result["citations"],
            closest=result.get("closest", []),
        )
        return {"steps": [step]}

    def follow(self, state: ReasonerState) -> Work[Update]:
        """Look for two facts that lead to each other, where a question that was not broken down takes them.

        A question that one sentence answers must not be led astray: the likelier evidence is taken.
        """
        [step] = state["steps"]
        single = min((citation["score"] for citation in step["citations"]), default=0.0)
        chained = None
        if self.chain is not None:
            chained = yield from self.chain.answer(
                step["question"], thresholds_of_run(self.judgement, state), single
            )
        if chained is None or chained["certainty"] <= single:
            return {}
        found = ReasonStep(
            index=step["index"],
            question=step["question"],
            route=step["route"],
            answer=chained["answer"],
            confidence=chained["confidence"],
            citations=chained["citations"],
        )
        return {"steps": [found]}

    def gather(self, state: ReasonerState) -> Update:
        """Wait for the questions that were asked in parallel."""
        decisions = [
            Decision(
                node="solve",
                what=f"{step['question']} ({step['route']}): {step['answer'] or 'not known'}",
                probability=step["confidence"],
            )
            for step in state["steps"]
        ]
        planned = [decision for decision in state["decisions"] if decision["node"] == "divide"]
        return {"decisions": planned + decisions}

    def ready(self, state: ReasonerState) -> list[Send]:
        """Return the questions that can be asked now: all that they refer to has its answer."""
        answers = {step["index"]: step["answer"] for step in state["steps"]}
        sends = []
        for index, question in enumerate(state["plan"][: self.max_questions]):
            needed = _references(question, state["standalone_question"])
            earlier = [number for number in needed if number < index]
            if index not in answers and all(answers.get(number) for number in earlier):
                filled = _fill(question, {number: str(answers[number]) for number in earlier})
                assignment = Assignment(
                    index=index,
                    route=state["roads"][index],
                    question=filled,
                    settings=state.get("settings", {}),
                )
                sends.append(Send("solve", assignment))
        return sends

    def may_follow(self, state: ReasonerState) -> bool:
        """Whether two facts may answer what was asked: it is one question, to the documents."""
        return self.chain is not None and len(state["plan"]) == 1 and state["roads"] == ["documents"]

    def combine(self, state: ReasonerState) -> Work[Update]:
        """Answer the question from the answers to the simple ones.

        Who asked for each of them is given all, as is who asked for more where some is missing; what else
        they come to, the model says.
        """
        report("combine", "Putting the answers together")
        if is_joined(state["standalone_question"], state["plan"]) or _unknown(state):
            return {"answer": facts.together(step["answer"] or "" for step in _answered(state))}
        found, _ = self._that_fit(state)
        answer = yield from self.mind.quote(prompts.answer(state["standalone_question"], found), [found])
        return {"answer": answer or None}

    def check(self, state: ReasonerState) -> Work[Update]:
        """Ask whether the steps support the answer, which is as sure as the least sure of them.

        Each has passed for an answer by itself, and support has a threshold of its own: the product of all
        would withhold what is right more often than not.
        """
        found, answer = self._that_fit(state)
        certainty = min(step["confidence"] for step in _answered(state))
        return weigh(
            self.mind,
            {**state, "answer": answer},
            node="check",
            question=state["standalone_question"],
            evidence=found,
            claim="the steps support",
            sure=lambda _: certainty,
        )

    def finish(self, state: ReasonerState) -> Update:
        """Reply with the answer, what is still unknown, and the citations of all steps."""
        answered = _answered(state)
        citations = without_repeats(citation for step in answered for citation in step["citations"])
        found = state["answer"] or answered[0]["answer"] or ""
        answer = "\n".join([found, *(f"{NOT_FOUND}: {question}" for question in _unknown(state))])
        confidence = state["confidence"] if len(state["plan"]) > 1 else answered[0]["confidence"]
        reply = conclude(state, AIMessage(content_blocks=annotate(answer, citations)))
        return {**reply, "answer": answer, "citations": citations, "confidence": confidence}

    def abstain(self, state: ReasonerState) -> Update:
        """Reply that the answer was not found out; what the steps quoted is what came closest."""
        reply = conclude(state, AIMessage(NOT_FOUND_OUT))
        found = (step["citations"] or step.get("closest", []) for step in state["steps"])
        closest = without_repeats(citation for citations in found for citation in citations)
        return {**reply, "answer": None, "abstained": True, "citations": [], "closest": closest}

    def is_supported(self, state: ReasonerState) -> bool:
        """Whether the answer passes the thresholds of support and abstention."""
        return holds(state, thresholds_of_run(self.judgement, state))

    def _that_fit(self, state: ReasonerState) -> tuple[str, str]:
        """Return the steps laid out and the answer, with less of each where all is more than is read."""
        question, steps, answer = state["standalone_question"], _answered(state), state["answer"] or ""
        kept = max(len(text or "") for text in (answer, *(step["answer"] for step in steps)))
        while True:
            found = lay_out([{**step, "answer": (step["answer"] or "")[:kept]} for step in steps])
            if kept < 2 or self.mind.fits(prompts.check(question, found, answer[:kept])):
                return found, answer[:kept]
            kept = kept * 4 // 5

    def _roads(self, questions: Sequence[str]) -> Work[list[str]]:
        """Return who answers each question, by the plan's words alone: no document can say it."""
        routes = list(self.helpers)
        if len(routes) == 1:
            return routes * len(questions)
        odds = yield from self.mind.choose([prompts.route(question) for question in questions], routes)
        return [max(routes, key=distribution.__getitem__) for distribution in odds]


def _lost_context(assignment: Assignment) -> DocumentQAContext | None:
    """Return what was set when the turn began, where the run lost it: it goes on after a pause."""
    if get_runtime().context is not None:
        return None
    return DocumentQAContext.of(assignment)


def _answered(state: ReasonerState) -> list[ReasonStep]:
    return [step for step in state["steps"] if step["answer"]]


def _unknown(state: ReasonerState) -> list[str]:
    """Return the questions of the plan without an answer, also those that were never asked."""
    plan, answered = state["plan"], {step["index"]: step["answer"] for step in state["steps"]}
    referred = _references("\n".join(plan), state["standalone_question"])
    said = {place: answered.get(place) or f"({plan[place]})" for place in referred if place < len(plan)}
    return [_fill(question, said) for place, question in enumerate(plan) if not answered.get(place)]


def _references(text: str, whole: str) -> set[int]:
    """Return the places in the plan that a text refers to; a number that the question has means itself."""
    own = set(_REFERENCE.findall(whole))
    return {int(number) - 1 for number in _REFERENCE.findall(text) if number not in own and int(number)}


def is_joined(question: str, parts: Iterable[str]) -> bool:
    """Whether a question asks for its parts one by one: they have no word that it has not."""
    asked = set(_WORD.findall(question.casefold()))
    return all(asked.issuperset(_WORD.findall(part.casefold())) for part in parts)


def lay_out(steps: Iterable[ReasonStep]) -> str:
    """Return what a combined answer is a span of: the questions answered, then all answers in a line."""
    return facts.lay_out((step["question"], step["answer"]) for step in steps if step["answer"])


def _fill(question: str, answers: Mapping[int, str]) -> str:
    return _REFERENCE.sub(lambda match: answers.get(int(match[1]) - 1, match[0]), question)
