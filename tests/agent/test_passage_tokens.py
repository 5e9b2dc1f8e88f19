"""Passages are measured with the tokenizer of the model that reads them."""

from __future__ import annotations

from pathlib import Path

from agent.assembly import Assembly
from agent.configuration.paths import locate
from agent.configuration.settings import Settings
from agent.parts.passage_tokens import PassageTokens, passage_tokens
from llm.tokenization.tokenizer import RANKS_FILE, Tokenizer
from llm.weights_folder import find_weights
from tests.rag.fakes import FakeEmbedder

DENSE_TEXT = "\n".join(f"0x{number * 7919:08X}: {number};{number * 3};{number * 11}" for number in range(300))


def test_counts_as_the_model_does() -> None:
    folder = find_weights("homespun")
    counter = passage_tokens(Settings())
    assert counter is not None
    assert counter(DENSE_TEXT) == len(Tokenizer.load(folder).encode(DENSE_TEXT))


def test_another_vocabulary_has_another_name(tmp_path: Path) -> None:
    (tmp_path / RANKS_FILE).write_bytes((find_weights("homespun") / RANKS_FILE).read_bytes()[:-20])
    assert PassageTokens(tmp_path).name != PassageTokens(find_weights("homespun")).name


def test_foreign_models_read_the_same_passages_and_missing_weights_are_no_obstacle() -> None:
    own, foreign = passage_tokens(Settings()), passage_tokens(Settings(model="openai:gpt"))
    assert own is not None
    assert foreign is not None
    assert own.name == foreign.name
    assert passage_tokens(Settings(model="/no/such/weights")) is None


def test_no_passage_is_longer_than_the_model_likes(tmp_path: Path) -> None:
    folder = tmp_path / "dumps"
    folder.mkdir()
    (folder / "dump.txt").write_text(DENSE_TEXT)
    assembly = Assembly(Settings(docs=[folder]), locate(), open_embedder=lambda _: FakeEmbedder())
    index = assembly._open_own_index(folder)
    index.refresh()
    counter = passage_tokens(Settings())
    assert counter is not None
    for document in index.as_retriever(k=8).invoke("0x00001EEF"):
        assert counter(document.page_content) <= 180
    index.close()
