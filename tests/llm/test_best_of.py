"""Replies of which the likeliest is taken: spans that begin differently, and edits of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage

from graphs.ports import EditModel
from llm.chat.best_of import branches, complete_best
from llm.chat.chat_model import ChatHomespun
from llm.inference.engine import Engine
from llm.inference.sampling import GenerationSettings
from llm.tokenization.opening import close_text
from llm.tokenization.special_tokens import SPECIAL_TOKENS
from llm.tokenization.tokenizer import Tokenizer

PASSAGE = "The capital of Norway is Oslo, a city of 709,037 people at the head of a fjord."
QUESTION = "Where is the, no sorry, what is the capital of it?"
PIECE = re.compile(r"\s*(?:\S*\w|\S)")
SAID = ["Tell me about Norway.", "Norway lies in the north of Europe!"]


def is_shortened(text: str, whole: str) -> bool:
    """Whether the words of a text stand in another one in that order."""
    words = iter(PIECE.findall(f" {whole.casefold()}"))
    return all(word in map(str.strip, words) for word in map(str.strip, PIECE.findall(text.casefold())))


def put_into(whole: str, text: str) -> Iterator[str]:
    """Yield what may have been put into a text, in place of at most two of its pieces."""
    pieces = PIECE.findall(whole)
    for place in range(len(pieces) + 1):
        for resumed in range(place, min(place + 2, len(pieces)) + 1):
            begun, ended = "".join(pieces[:place]), "".join(pieces[resumed:])
            if text.startswith(begun) and text.endswith(ended) and len(text) > len(begun + ended):
                yield text[len(begun) : len(text) - len(ended)].strip()


def was_said(put_in: str) -> bool:
    """Whether at most eight words stand in what was said, but for a word that joins and a possessive."""
    bare = put_in.removesuffix("'s")
    joined = [bare, bare.partition(" ")[2]]
    return any(words and len(words.split()) <= 8 and words in said for words in joined for said in SAID)


def test_branches_begin_differently_and_the_best_is_as_likely_as_any(
    engine: Engine, tokenizer: Tokenizer
) -> None:
    prompt, constraint = tokenizer.encode("Where?"), engine.constraints.spans([PASSAGE])
    held, _ = branches(engine, prompt, constraint, 4)
    replies = [engine.complete(prompt, constraint=one) for one in held]
    assert len({tuple(token.id for token in reply.tokens[:2]) for reply in replies}) == 4
    assert all(reply.text in f" {PASSAGE}" for reply in replies)
    ids = [[*(token.id for token in reply.tokens), tokenizer.end_id] for reply in replies]
    among = sorted({*prompt, *(token for reply in ids for token in reply)})
    sums = engine.choice_logprobs([prompt], ids, among)[0].tolist()
    means = [total / len(reply) for total, reply in zip(sums, ids, strict=True)]
    best = complete_best(engine, prompt, GenerationSettings(), held)
    assert best.text == replies[means.index(max(means))].text


def test_fewer_words_than_branches(engine: Engine, tokenizer: Tokenizer) -> None:
    held, _ = branches(engine, tokenizer.encode("Where?"), engine.constraints.choice(["Oslo"]), 50)
    assert 1 <= len(held) <= 4
    assert {engine.complete([1], constraint=one).text for one in held} == {" Oslo"}


@pytest.mark.parametrize("seed", range(40))
def test_a_shortened_text_holds_no_other_words(engine: Engine, tokenizer: Tokenizer, seed: int) -> None:
    settings = GenerationSettings(temperature=2.0, seed=seed)
    reply = engine.complete(tokenizer.encode("?"), settings, engine.constraints.shortened(QUESTION))
    assert is_shortened(reply.text, QUESTION)
    assert reply.text.endswith("?")


@pytest.mark.parametrize("seed", range(40))
def test_a_completed_text_gets_one_span_that_was_said(
    engine: Engine, tokenizer: Tokenizer, seed: int
) -> None:
    settings = GenerationSettings(temperature=2.0, seed=seed)
    constraint = engine.constraints.completed(QUESTION, SAID)
    text = close_text(engine.complete(tokenizer.encode("?"), settings, constraint).text)
    assert text == QUESTION or any(was_said(put_in) for put_in in put_into(QUESTION, text))


@given(text=st.text(min_size=1, max_size=40), said=st.lists(st.text(min_size=1, max_size=40), max_size=3))
@example(text='\u007f/\\"?', said=["?!", '/\\"', "\x00"])
def test_any_text_can_be_edited(engine: Engine, text: str, said: list[str]) -> None:
    assume(text.strip() and not any(mark in text for mark in SPECIAL_TOKENS))
    prompt, said = engine.tokenizer.encode("?"), [one for one in said if one.strip()]
    shortened = engine.complete(prompt, constraint=engine.constraints.shortened(text))
    assert is_shortened(shortened.text, text)
    if said:
        assert engine.complete(prompt, constraint=engine.constraints.completed(text, said)).text
        assert engine.complete(prompt, constraint=engine.constraints.resumed(said[0], text)).text


def test_the_model_edits_and_counts_its_tokens(chat: ChatHomespun) -> None:
    assert isinstance(chat, EditModel)
    reply = chat.bind_edits(QUESTION, SAID).invoke("?")
    assert reply.text
    assert reply.usage_metadata
    assert reply.usage_metadata["output_tokens"] > 0
    streamed = "".join(chunk.text for chunk in chat.bind_edits(QUESTION, SAID).stream("?"))
    assert streamed == reply.text


@pytest.mark.parametrize("way", ["spans", "edits"])
def test_all_that_was_read_and_written_for_a_reply_is_counted(
    chat: ChatHomespun, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    engine, read, written = chat.engine, [], []
    score, complete = engine.choice_logprobs, engine.complete_batch

    def choice_logprobs(prompts: Any, choices: Any, *among: Any) -> Any:
        read.extend(map(len, prompts))
        read.extend(len(choice) - 1 for choice in choices)
        return score(prompts, choices, *among)

    def complete_batch(*asked: Any) -> Any:
        completions = complete(*asked)
        written.extend(one.finish.output_tokens for one in completions)
        return completions

    monkeypatch.setattr(engine, "choice_logprobs", choice_logprobs)
    monkeypatch.setattr(engine, "complete_batch", complete_batch)
    bound = {
        "spans": chat.bind_spans([PASSAGE]),
        "edits": chat.bind_edits(QUESTION, SAID),
    }[way]
    usage = bound.invoke(SAID[1]).usage_metadata
    assert usage is not None
    prompt = chat.get_num_tokens_from_messages([HumanMessage(SAID[1])])
    assert len(written) > 1
    assert usage["input_tokens"] == prompt + sum(read) > 2 * prompt
    assert usage["output_tokens"] == sum(written)
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_nothing_said_leaves_nothing_to_put_in(chat: ChatHomespun) -> None:
    assert is_shortened(chat.bind_edits(QUESTION, ["  "]).invoke("?").text, QUESTION)
