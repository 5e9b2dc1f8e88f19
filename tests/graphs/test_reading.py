"""What is read of documents that a tool found: the sentence of each that says what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from graphs import Evidence, ToolPolicy, build_tool_agent
from graphs.mind import Mind
from graphs.step import Step
from graphs.tool_agent.reading import cite_found, cut_passages, found_by, read_found
from rag.passage import Passage
from tests.graphs.fakes import ListRetriever, PortedModel, ScriptedModel
from tests.graphs.test_tool_agent import THREAD, add, calls, note_tool, scripted
from tests.graphs.test_tool_choice import WEIGHED, ScoringModel

LAMP = "# Lamp\n\nThe lamp weighs 9 kg.\nThe lamp costs 40 euros. It is blue.\n"
TENT = "The tent costs 70 euros. The tent weighs 3 kg."


class ReadingModel(ScoringModel, PortedModel):
    """Chooses tools by their probability, and grades sentences by its script."""

    context_length: int = 200

    def get_num_tokens_from_messages(
        self, messages: list[BaseMessage], tools: Sequence[Any] | None = None
    ) -> int:
        return sum(len(message.text.split()) for message in messages if message.type != "system")


def price(prompt: str) -> float:
    """Grade a sentence, which stands behind the question, by whether it tells a price."""
    return 0.9 if "euros" in prompt.split("Passage")[-1] else 0.2


def search_tool(*texts: str) -> BaseTool:
    passages = [
        Passage(text, f"{number}.md", 0, len(text), 1, text.count("\n") or 1)
        for number, text in enumerate(texts, 1)
    ]

    def search(query: str) -> tuple[str, list[Document]]:
        """Search."""
        found = ListRetriever(passages=passages).invoke(query)
        return "\n\n".join(passage.shown() for passage in passages), found

    return StructuredTool.from_function(search, response_format="content_and_artifact")


def reader(*replies: Any, **likely: float) -> ReadingModel:
    call = calls(("search", {"query": "lamp"}))
    return ReadingModel(
        script={"tool": [call, *replies], "grade": price},
        likely={"search": 0.9, "add": 0.1},
        likely_later=likely,
    )


def asked(model: ScriptedModel, *texts: str, **settings: Any) -> Any:
    agent = build_tool_agent(model, [search_tool(*texts), add], **settings)
    return agent.invoke({"question": "What does the lamp cost?"})


def test_the_sentence_of_each_document_that_says_what_is_asked_is_read_and_cited() -> None:
    model = reader("The lamp costs 40 euros.")
    result = asked(model, LAMP, TENT, judgement=WEIGHED)
    read = "1.md, lines 4-4:\nThe lamp costs 40 euros.\n\n2.md, lines 1-1:\nThe tent costs 70 euros."
    assert model.prompts_of("tool")[-1].endswith(read)
    assert result["calls"][0]["result"] == read
    assert result["answer"] == "The lamp costs 40 euros."
    [citation] = result["citations"]
    assert (citation["path"], citation["start_line"], citation["score"]) == ("1.md", 4, 0.9)
    assert LAMP[citation["start"] : citation["end"]] == citation["quote"] == result["answer"]
    observed = [each for each in result["decisions"] if each["node"] == "observe"]
    assert [each["what"] for each in observed] == ["1.md:4 says what is asked", "2.md:1 says what is asked"]


def test_what_promises_most_is_read_first_and_what_promises_little_is_not() -> None:
    texts = ("It is green. It is old.", "The lamp costs 40 euros.", "The lamp costs a lot.")

    def grade(prompt: str) -> float:
        sentence = prompt.split("Passage")[-1]
        return 0.9 if "40 euros" in sentence else 0.6 if "a lot" in sentence else 0.3

    model = reader("The lamp costs 40 euros.")
    model.script["grade"] = grade
    result = asked(model, *texts, judgement=WEIGHED)
    read = "2.md, lines 1-1:\nThe lamp costs 40 euros.\n\n3.md, lines 1-1:\nThe lamp costs a lot."
    assert result["calls"][0]["result"] == read


def test_a_later_call_is_made_from_what_was_read() -> None:
    model = reader(calls(("add", {"a": 40, "b": 2})), "42", add=0.9)
    result = asked(model, LAMP, judgement=WEIGHED)
    assert result["answer"] == "42"
    assert "9 kg" not in model.prompts_of("tool")[1]
    assert [citation["quote"] for citation in result["citations"]] == ["The lamp costs 40 euros."]


def test_figures_that_a_call_took_from_documents_are_cited_those_of_the_question_are_not() -> None:
    passages = [
        Passage(LAMP, "1.md", 0, len(LAMP), 1, 4),
        Passage(TENT, "2.md", 0, len(TENT), 1, 1),
    ]
    call = calls(("calculate", {"expression": "70 * 9"})).tool_calls
    cited = cite_found("What do 9 tents cost?", call, "630", passages)
    assert [citation["quote"] for citation in cited] == ["The tent costs 70 euros."]
    assert cite_found("What are 9 times 70?", call, "630", passages) == []


def test_words_that_tell_no_sentence_give_way_to_those_that_were_read() -> None:
    result = asked(reader("Here is what I found."), LAMP, TENT, judgement=WEIGHED)
    assert result["answer"].startswith("1.md, lines 4-4:\nThe lamp costs 40 euros.")
    assert [citation["path"] for citation in result["citations"]] == ["1.md", "2.md"]


def test_a_model_that_chooses_by_itself_reads_all_and_is_cited_where_it_quotes() -> None:
    model = scripted(calls(("search", {"query": "lamp"})), "It is blue.")
    result = asked(model, LAMP, TENT)
    assert result["calls"][0]["result"] == f"1.md, lines 1-4:\n{LAMP}\n\n2.md, lines 1-1:\n{TENT}".replace(
        "\n\n\n", "\n\n"
    )
    assert [citation["quote"] for citation in result["citations"]] == ["It is blue."]


@pytest.mark.parametrize("answer", ["9", "40 euros.", ""])
def test_a_few_words_are_no_quotation(answer: str) -> None:
    assert cite_found("?", [], answer, [Passage(LAMP, "1.md", 0, len(LAMP), 1, 4)]) == []


def test_words_of_a_model_that_stand_in_no_document_are_not_cited() -> None:
    model = scripted(calls(("search", {"query": "lamp"})), "It costs 41 euros.")
    assert asked(model, LAMP)["citations"] == []


def test_a_passage_that_is_longer_than_the_model_reads_is_read_in_pieces() -> None:
    result = asked(reader("The lamp costs 40 euros."), f"{'word ' * 300}is long. {LAMP}", judgement=WEIGHED)
    assert result["answer"] == "The lamp costs 40 euros."
    assert result["citations"][0]["score"] == 0.9


def test_a_message_that_leaves_no_room_for_a_sentence_reads_nothing() -> None:
    model = reader("The lamp costs 40 euros.")
    model.context_length = 8
    assert read_of(model, LAMP) == []


def read_of(model: ReadingModel, text: str) -> list[Passage]:
    passages = [Passage(text, "1.md", 0, len(text), 1, 1)]
    read: list[Passage] = Step(
        "read", lambda question: read_found(Mind(model), Evidence(), question, passages)
    ).invoke("What does the lamp cost in the shop?")
    return read


def test_where_no_sentence_can_be_read_the_result_stays_as_it_was() -> None:
    result = asked(reader("1.md, lines 1-1:\n# Lamp"), "# Lamp", judgement=WEIGHED)
    assert result["calls"][0]["result"] == "1.md, lines 1-1:\n# Lamp"


def test_an_empty_document_is_not_repeated_by_any_words() -> None:
    result = asked(reader("Here you are."), "", judgement=WEIGHED)
    assert result["answer"] == "1.md, lines 1-1:"


def test_no_more_of_the_documents_is_kept_than_of_a_result() -> None:
    model = scripted(calls(("search", {"query": "lamp"})), "Done.")
    result = asked(model, "a" * 90, "b" * 90, "c" * 90, policy=ToolPolicy(result_characters=100))
    [told] = [message for message in result["messages"] if isinstance(message, ToolMessage)]
    assert [passage.text for passage in found_by(told)] == ["a" * 90, "b" * 10]


def test_what_was_found_before_a_pause_is_cited_after_it() -> None:
    kept: list[str] = []
    note = calls(("note", {"text": "40 euros"}))
    model = scripted(calls(("search", {"query": "lamp"})), note, "The lamp costs 40 euros.")
    agent = build_tool_agent(model, [search_tool(LAMP), note_tool(kept)], checkpointer=InMemorySaver())
    assert "__interrupt__" in agent.invoke({"question": "Note what the lamp costs."}, THREAD)
    result = agent.invoke(Command(resume=True), THREAD)
    assert kept == ["40 euros"]
    assert [citation["path"] for citation in result["citations"]] == ["1.md"]


@pytest.mark.parametrize(
    "artifact", [None, "text", {"a": 1}, [1, "two"], [], [{"type": "Document"}], [{"page_content": 1}]]
)
def test_what_is_no_list_of_documents_is_left_alone(artifact: Any) -> None:
    result = ToolMessage("said", tool_call_id="1", artifact=artifact)
    assert found_by(result) == []
    assert cut_passages(result, 1) is result


def test_documents_of_other_retrievers_are_read() -> None:
    def search(query: str) -> tuple[str, list[Document]]:
        """Search."""
        return TENT, [Document(TENT, metadata={"source": "shop/tent.txt", "page": 3})]

    tool = StructuredTool.from_function(search, response_format="content_and_artifact")
    agent = build_tool_agent(reader("The tent costs 70 euros."), [tool, add], judgement=WEIGHED)
    result = agent.invoke({"question": "What does the tent cost?"})
    assert [(each["path"], each["page"]) for each in result["citations"]] == [("shop/tent.txt", 3)]
    assert isinstance(result["messages"][-1], AIMessage)
