"""One tool is chosen by how likely the model calls it and how like the message it is; or none is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.tools import BaseTool, ToolException, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from pydantic import Field

from graphs import Evidence, Judgement, Thresholds, ToolPolicy, build_tool_agent, prompts
from graphs.evidence import log_odds
from graphs.mind import Mind
from graphs.step import Step, Work
from graphs.tool_agent.choice import ToolChoice, describe
from tests.graphs.fakes import ScriptedModel
from tests.graphs.test_evidence import WordEmbedder


@tool
def tower(height: int) -> str:
    """Tell of a tower."""
    return f"{height} metres"


@tool
def harbour(year: int) -> str:
    """Tell of a harbour."""
    return f"dug in {year}"


class ScoringModel(ScriptedModel):
    """Says how likely it calls each tool, and calls the one that it must."""

    likely: dict[str, float] = Field(default_factory=dict)
    likely_later: dict[str, float] = Field(default_factory=dict)
    """After a tool has answered."""
    offered: list[tuple[list[str], Any]] = Field(default_factory=list)
    """Names of the tools and the tool choice of every call."""

    def call_probabilities(self, messages: Sequence[BaseMessage], tools: Sequence[Any]) -> list[float]:
        if isinstance(messages[-1], ToolMessage):
            return [self.likely_later.get(tool.name, 0.0) for tool in tools]
        return [self.likely[tool.name] for tool in tools]

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        self.offered.append(([tool.name for tool in tools if isinstance(tool, BaseTool)], tool_choice))
        return super().bind_tools(tools, tool_choice=tool_choice, **kwargs)


WEIGHED = Judgement(tool_evidence=Evidence(WordEmbedder(), grade=0.5, similarity=4.0, bias=-2.0))


def model_that(**likely: float) -> ScoringModel:
    reply = AIMessage("", tool_calls=[{"name": "tower", "args": {"height": 38}, "id": "1"}])
    return ScoringModel(script={"tool": [reply, "It is 38 metres tall."]}, likely=likely)


def choice_among(
    choice: ToolChoice, tools: Sequence[BaseTool]
) -> Callable[[Sequence[BaseMessage]], Work[AIMessage]]:
    return lambda messages: choice.reply(messages, tools)


def test_likeness_decides_between_tools_that_the_model_finds_alike() -> None:
    model = model_that(tower=0.4, harbour=0.5)
    graph = build_tool_agent(model, [harbour, tower], judgement=WEIGHED)
    result = graph.invoke({"question": "How tall is the tower?"})
    assert model.offered[0] == (["tower"], "any")
    assert result["calls"][0]["result"] == "38 metres"
    assert result["answer"] == "It is 38 metres tall."


def test_after_a_result_the_model_alone_decides_whether_and_likeness_helps_to_tell_which() -> None:
    for later, calls in ((0.4, ["tower"]), (0.6, ["tower", "harbour"])):
        model = model_that(tower=0.9, harbour=0.1)
        dug = AIMessage("", tool_calls=[{"name": "harbour", "args": {"year": 1612}, "id": "2"}])
        model.script["tool"] = [
            *model.script["tool"][:1],
            *([dug] if later > 0.5 else []),
            "38 metres, in 1612.",
        ]
        model.likely_later = {"tower": later, "harbour": later - 0.1}
        agent = build_tool_agent(model, [harbour, tower], judgement=WEIGHED)
        result = agent.invoke({"question": "How tall is the tower, and what of the harbour harbour harbour?"})
        assert [call["name"] for call in result["calls"]] == calls
        assert model.offered[1] == (["harbour"], "any" if later > 0.5 else "none")


def test_in_a_conversation_the_model_alone_decides_whether_and_all_words_count_for_which() -> None:
    said = [HumanMessage("Is the tower tall?"), AIMessage("Which tower?"), HumanMessage("That one.")]
    offered = []
    for likely in (0.55, 0.45):
        model = model_that(tower=likely, harbour=likely)
        choice = ToolChoice(Mind(model), WEIGHED)
        Step("choose", choice_among(choice, [harbour, tower])).invoke(prompts.tool(said))
        offered.append(model.offered)
    assert offered == [[(["tower"], "any")], []]


def test_what_is_not_likely_enough_is_answered_in_words() -> None:
    model = model_that(tower=0.4, harbour=0.5)
    model.script["tool"] = "Good morning."
    graph = build_tool_agent(
        model, [harbour, tower], judgement=replace(WEIGHED, thresholds=Thresholds(tool=0.6))
    )
    result = graph.invoke({"question": "Hello!"})
    assert (result["answer"], result["calls"]) == ("Good morning.", [])
    assert model.offered == []


def test_without_embeddings_the_model_decides_alone() -> None:
    model = model_that(tower=0.0, harbour=0.0)
    build_tool_agent(model, [harbour, tower]).invoke({"question": "How tall is the tower?"})
    assert model.offered[0] == (["harbour", "tower"], None)


def test_the_probabilities_are_those_of_the_regression() -> None:
    choice = ToolChoice(Mind(model_that(tower=0.4, harbour=0.5)), WEIGHED)
    said = [HumanMessage("the tower")]
    step = Step("choose", lambda messages: choice.probabilities(messages, [tower, harbour]))
    alone, (likely_tower, likely_harbour) = step.invoke(said)
    assert alone == [0.4, 0.5]
    assert log_odds(likely_tower) == pytest.approx(0.5 * log_odds(0.4) + 4.0 - 2.0)
    assert log_odds(likely_harbour) == pytest.approx(0.5 * log_odds(0.5) - 2.0)


def test_a_model_without_probabilities_is_not_asked_for_them() -> None:
    choice = ToolChoice(Mind(ScriptedModel()), WEIGHED)
    step = Step("choose", lambda messages: choice.probabilities(messages, [tower]))
    with pytest.raises(TypeError, match="ToolModel"):
        step.invoke([HumanMessage("the tower")])


def test_a_tool_is_described_by_what_it_says_of_itself() -> None:
    schema = {"function": {"name": "find_all.ships", "description": "Finds ships."}}
    assert describe(schema) == "find all ships: Finds ships."


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("FinanceTool", "Finance"),
        ("SEOTool", "SEO"),
        ("AppyPieAIAppBuilder", "Appy Pie AI App Builder"),
        ("harbour__book-berth", "harbour book berth"),
        ("weather.get_HTTPResponse", "weather get HTTP Response"),
        ("tool", "tool"),
    ],
)
def test_a_name_is_read_as_its_words_and_that_it_is_a_tool_goes_without_saying(name: str, words: str) -> None:
    assert describe({"function": {"name": name}}) == f"{words}: "


def test_only_the_turn_is_read_where_a_tool_is_chosen_for_a_message() -> None:
    said = [HumanMessage("Tell me of the harbour."), AIMessage("It was dug in 1612.")]
    question = HumanMessage("How tall is the tower?")
    for judgement, earlier in ((WEIGHED, False), (Judgement(), True)):
        model = model_that(tower=0.9, harbour=0.1)
        graph = build_tool_agent(model, [harbour, tower], judgement=judgement)
        graph.invoke({"messages": [*said, question]})
        first, after_result = model.prompts_of("tool")
        assert question.text in first
        assert "38 metres" in after_result
        assert ("dug in 1612" in first, "dug in 1612" in after_result) == (earlier, earlier)


class CopyingScorer(ScoringModel):
    """Makes a call again with other words."""

    copied: Any = None
    corrected: list[tuple[str, str, list[str]]] = Field(default_factory=list)
    """Name of the tool, the text of the prompt, and what is not to be tried again."""

    def bind_call(self, tool: Any, *, refused: Sequence[str]) -> Runnable[Any, AIMessage]:
        def reply(prompt: str) -> AIMessage:
            self.corrected.append((tool.name, prompt, list(refused)))
            return AIMessage("", tool_calls=[{"name": tool.name, "args": self.copied, "id": "2"}])

        return ScriptedModel(script={"tool": reply})


@tool
def ship(name: str) -> str:
    """Tell of a ship."""
    if name != "Halden":
        raise ToolException(f"There is no ship {name!r}.")
    return "Halden, 38 metres"


def sailing(misspelt: str, *words: str) -> CopyingScorer:
    call = AIMessage("", tool_calls=[{"name": "ship", "args": {"name": misspelt}, "id": "1"}])
    return CopyingScorer(script={"tool": [call, *words]}, likely={"ship": 0.9}, copied={"name": "Halden"})


def test_a_call_that_fails_is_made_again_with_words_that_were_said() -> None:
    model = sailing("Hadlen", "It is Halden, 38 metres.")
    result = build_tool_agent(model, [ship], judgement=WEIGHED).invoke({"question": "Which ship is Halden?"})
    assert model.corrected == [("ship", "Which ship is Halden?", ["Hadlen"])]
    assert [call["status"] for call in result["calls"]] == ["error", "success"]
    assert result["answer"] == "It is Halden, 38 metres."


def test_only_what_the_complaint_names_is_replaced() -> None:
    @tool
    def sail(ship: str, port: str, days: int) -> str:
        """Plan a voyage."""
        if ship != "Halden":
            raise ToolException(f"There is no ship {ship!r}." if days else "This cannot be.")
        return "On Monday"

    for days, refused in ((3, ["Hadlen"]), (0, ["Hadlen", "Bergen"])):
        arguments = {"ship": "Hadlen", "port": "Bergen", "days": days}
        call = AIMessage("", tool_calls=[{"name": "sail", "args": arguments, "id": "1"}])
        model = CopyingScorer(
            script={"tool": [call, "On Monday."]}, likely={"sail": 0.9}, copied=arguments | {"ship": "Halden"}
        )
        result = build_tool_agent(model, [sail], judgement=WEIGHED).invoke({"question": "Sail to Bergen"})
        assert model.corrected == [("sail", "Sail to Bergen", refused)]
        assert [call["status"] for call in result["calls"]] == ["error", "success"]


def test_the_stream_shows_the_calls_that_are_made_and_no_others() -> None:
    model = sailing("the ship", "It is Halden, 38 metres.")
    graph = build_tool_agent(model, [ship], judgement=WEIGHED)
    shown = graph.stream({"question": "How long is the ship?"}, stream_mode="messages")
    made = [message for message, _ in shown if isinstance(message, AIMessage) and message.tool_calls]
    assert [message.tool_calls[0]["args"]["name"] for message in made] == ["the ship", "Halden"]


def test_a_call_is_corrected_once_and_not_where_a_person_refused_it() -> None:
    model = sailing("Hadlen", "There is no ship 'Haldne'.")
    model.copied = {"name": "Haldne"}
    result = build_tool_agent(model, [ship], judgement=WEIGHED).invoke({"question": "Which ship is Halden?"})
    assert len(model.corrected) == 1
    assert result["answer"] == "There is no ship 'Haldne'."

    model = sailing("Halden", "Then not.")
    graph = build_tool_agent(
        model,
        [ship],
        judgement=WEIGHED,
        policy=ToolPolicy(approval=["ship"]),
        checkpointer=InMemorySaver(),
    )
    config: RunnableConfig = {"configurable": {"thread_id": "1"}}
    graph.invoke({"question": "Which ship is Halden?"}, config)
    result = graph.invoke(Command(resume=False), config)
    assert (model.corrected, result["answer"]) == ([], "Then not.")


def test_a_model_that_cannot_copy_is_not_asked_to() -> None:
    choice = ToolChoice(Mind(model_that(tower=0.4)), WEIGHED)
    assert not choice.can_correct
    with pytest.raises(TypeError, match="CopyingModel"):
        Step("correct", lambda messages: choice.correct(messages, tower, {}, "")).invoke(
            [HumanMessage("the tower")]
        )


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("It is 38 metres tall.", "It is 38 metres tall."),
        ("It is 338 metres tall.", "38 metres"),
        ("It is tall.", "38 metres"),
        ("", "38 metres"),
    ],
)
def test_words_that_leave_out_the_result_give_way_to_it(words: str, answer: str) -> None:
    model = model_that(tower=0.9)
    model.script["tool"][1] = words
    result = build_tool_agent(model, [tower], judgement=WEIGHED).invoke(
        {"question": "How tall is the tower?"}
    )
    assert result["answer"] == result["messages"][-1].text == answer
    assert len(result["messages"]) == 4
    assert any("leaves out" in decision["what"] for decision in result["decisions"]) is (words != answer)


@pytest.mark.parametrize("max_calls", [1, 8])
def test_words_that_give_way_are_never_shown(max_calls: int) -> None:
    model = model_that(tower=0.9)
    model.script["tool"][1] = "It is tall."
    graph = build_tool_agent(model, [tower], judgement=WEIGHED, policy=ToolPolicy(max_calls=max_calls))
    shown = graph.stream({"question": "How tall is the tower?"}, stream_mode="messages")
    assert [message.text for message, _ in shown if isinstance(message, AIMessage) and message.text] == [
        "38 metres"
    ]


def test_a_model_that_chooses_by_itself_is_taken_at_its_word() -> None:
    model = model_that(tower=0.9)
    model.script["tool"][1] = "As tall as a church."
    result = build_tool_agent(model, [tower]).invoke({"question": "How tall is the tower?"})
    assert result["answer"] == "As tall as a church."
