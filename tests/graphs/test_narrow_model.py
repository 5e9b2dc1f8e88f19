"""A model that reads little is sent no more than it reads, whatever documents and tools hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool

from graphs import Judgement, ToolPolicy, build_document_qa, build_reasoner, build_tool_agent
from graphs.document_qa.pieces import cut
from graphs.mind import REPLY
from rag.passage import Passage
from tests.graphs.fakes import ListRetriever, PortedModel, passages_of
from tests.graphs.fakes import NarrowModel as WordModel
from tests.graphs.test_tool_agent import add, calls

QUESTION = "How tall is the lighthouse?"


class NarrowModel(PortedModel):
    """Reads a thousand tokens, each a character, and a hundred a tool; more is an error."""

    offered: int = 0

    @property
    def context_length(self) -> int:
        return 1000

    def get_num_tokens_from_messages(
        self, messages: Sequence[BaseMessage], tools: Sequence[Any] | None = None
    ) -> int:
        return sum(len(message.text) for message in messages) + 100 * len(tools or ())

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self.model_copy(update={"offered": min(1, len(tools))})  # as ours, which picks one first

    def reply_to(self, messages: Sequence[BaseMessage]) -> AIMessage:
        self._refuse(messages)
        return super().reply_to(messages)

    def _decide(self, messages: Sequence[BaseMessage], choices: Sequence[str]) -> dict[str, float]:
        self._refuse(messages)
        return super()._decide(messages, choices)

    def _refuse(self, messages: Sequence[BaseMessage]) -> None:
        length = self.get_num_tokens_from_messages(messages, range(self.offered))
        assert length < self.context_length, f"{length} tokens"


def telling(text: str) -> BaseTool:
    return StructuredTool.from_function(lambda: text, name="tell", description="Tell.")


def run(text: str, **settings: Any) -> Any:
    model = NarrowModel(script={"tool": [calls(("tell", {}), ("tell", {"again": 1})), "Told."]})
    return build_tool_agent(model, [telling(text), add], **settings).invoke({"question": QUESTION})


def test_a_result_leaves_room_for_a_tool_and_the_reply() -> None:
    result = run("x" * 5400)
    assert result["answer"] == "Told."
    *before, told, _ = result["messages"]
    assert isinstance(told, ToolMessage)
    assert told.text.endswith("of 5400 characters.]")
    sent = sum(len(message.text) for message in before[:-1]) + 100
    assert sent < sent + len(told.text) <= 1000 - REPLY


def test_a_result_that_fits_is_left_as_it_is() -> None:
    assert run("x" * 100)["calls"][0]["result"] == "x" * 100
    assert run("x" * 100, policy=ToolPolicy(result_characters=9))["calls"][0]["result"].startswith(
        "x" * 9 + "\n"
    )


def test_passages_that_do_not_fit_together_are_left_out_the_worst_first() -> None:
    text = "The lighthouse is 38 metres tall. " * 8
    passages = [passages_of(f"# Part {number}\n\n{text}", f"{number}.md")[0] for number in range(3)]
    model = NarrowModel(
        script={
            "grade": lambda prompt: 0.9 if "Part 2" in prompt else 0.8 if "Part 0" in prompt else 0.7,
            "quote": "The lighthouse is 38 metres tall",
            "answer": "38 metres",
            "check": 0.9,
        }
    )
    result = build_document_qa(model, ListRetriever(passages=passages)).invoke({"question": QUESTION})
    [prompt] = model.prompts_of("quote")
    assert ("Part 2" in prompt, "Part 0" in prompt, "Part 1" in prompt) == (True, True, False)
    assert result["citations"][0]["path"] == "2.md"


@pytest.mark.parametrize("gap", [" ", "\n"])
def test_a_passage_that_does_not_fit_is_read_in_pieces_with_exact_places(gap: str) -> None:
    text = gap.join(
        [*(f"Ship {number} is old." for number in range(99)), "It is 38 metres tall.", "Y" * 2000]
    )
    model = NarrowModel(
        script={
            "grade": lambda prompt: 0.9 if "38 m" in prompt else 0.1,
            "quote": "It is 38 metres tall.",
            "answer": "38 metres",
            "check": 0.9,
        }
    )
    text = f"# Ships\n\n{text}"
    graph = build_document_qa(model, ListRetriever(passages=passages_of(text)))
    [citation] = graph.invoke({"question": QUESTION})["citations"]
    assert text[citation["start"] : citation["end"]] == citation["quote"] == "It is 38 metres tall."
    assert citation["start_line"] == (102 if gap == "\n" else 3)


def test_a_chain_reads_no_more_than_the_model_does() -> None:
    row = "| " + " | ".join(f"cell{number}" for number in range(60)) + " |\n"
    passage = Passage(row, "table.md", 0, len(row), 1, 1)
    script = {"plan": "who?", "grade": "yes", "answer": "cell1", "check": "no", "quote": "cell1"}
    model = WordModel(script={**script, "rewrite": "who"})
    graph = build_reasoner(
        model, ListRetriever(passages=[passage]), judgement=Judgement(quote_method="score")
    )
    assert graph.invoke({"question": "who?"})["abstained"]


@pytest.mark.parametrize("question", ["What are one and two?", "What came of both?"])
def test_long_answers_are_combined_as_far_as_the_model_reads(question: str) -> None:
    """A question that asks for its parts one by one, and one that does not."""
    told = "word " * 15
    model = WordModel(
        script={"plan": "What is one?\nWhat is two?", "tool": told, "answer": "word", "check": "yes"}
    )
    result = build_reasoner(model, None, [telling("")]).invoke({"question": question})
    assert not result["abstained"]
    assert [step["answer"] for step in result["steps"]] == [told.strip()] * 2
    assert all("one" in prompt and "two" in prompt for prompt in model.prompts_of("check"))


def test_a_passage_that_a_question_leaves_no_room_is_not_cut() -> None:
    tried: list[str] = []

    def fits(passage: Passage) -> bool:
        tried.append(passage.text)
        return False

    passage = Passage("word word. " * 300, "a.md", 0, 3300, 1, 1)
    assert cut(passage, fits) == [passage]
    assert len(tried) == 2
