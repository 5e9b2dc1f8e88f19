"""The corpus build: deterministic, held out honestly, without leaks; the handbook and its questions."""

from __future__ import annotations

import json
import lzma
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

import corpora.build
from corpora import development_files, supervised
from corpora.build import VALIDATION, Table, write_tasks
from corpora.build import build as build_corpus
from corpora.development import DEVELOPMENT_SEED, LARGEST, is_held_out, write_development
from corpora.development_files import held_out_requests, write_development_files
from corpora.example import Example, example
from corpora.overlap import OverlapFilter
from corpora.sources import SOURCES_FILE, read_sources
from corpora.supervised import WellName, Wells
from corpora.tasks.reading import ReadingTasks
from corpora.text import write_text
from corpora.wells import CorpusError, Row, read_rows, share_of
from corpora.worlds import stories
from corpora.worlds.requests import requests
from graphs import prompts
from llm.tokenization.template import ChatTemplate
from llm.tokenization.tokenizer import Tokenizer, is_same_vocabulary, train_tokenizer
from llm.training.sequences import SequenceSet, SequenceWriter
from llm.weights_folder import find_weights

HANDBOOK = Path(__file__).parents[2] / "corpora" / "handbook"
QUESTIONS = HANDBOOK.parent / "handbook_questions.jsonl"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    texts = [reading.passage for reading in stories.readings(200, seed=0)]
    return train_tokenizer(texts, 800, tmp_path_factory.mktemp("tokenizer"))


def build(tokenizer: Tokenizer, out: Path, seed: int) -> Table:
    table = Table()
    examples = ReadingTasks(list(stories.readings(300, seed)), seed).build()
    write_tasks(examples, tokenizer, out, table)
    return table


def test_the_same_seed_gives_the_same_bytes(tokenizer: Tokenizer, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        build(tokenizer, tmp_path / name, seed)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert f"{VALIDATION}.tokens" in files
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    tokens = "grade_invented.tokens"
    assert (tmp_path / "a" / tokens).read_bytes() != (tmp_path / "c" / tokens).read_bytes()


def test_the_validation_loss_is_of_questions_that_no_other_example_asks(
    tokenizer: Tokenizer, tmp_path: Path
) -> None:
    def ask(number: int) -> list[Example]:
        question = f"Who is {number}?"
        return [
            example("answer", "w", prompts.answer(question, "It is Ada."), "Ada"),
            example("check", "w", prompts.check(question, "It is Ada.", "Ada"), prompts.YES),
            example("route", "w", prompts.route(question), "documents"),
            example(
                "chat",
                "w",
                prompts.chat([HumanMessage("Hi"), AIMessage("Hello"), HumanMessage(question)]),
                "Ada",
            ),
        ]

    write_tasks((item for number in range(300) for item in ask(number)), tokenizer, tmp_path, Table())
    asked = {
        path.stem: Counter(
            re.findall(
                r"Who is \d+", tokenizer.decode(SequenceSet(path.with_suffix("")).head(10**6).tolist())
            )
        )
        for path in tmp_path.glob("*.tokens")
    }
    validated = asked.pop(VALIDATION)
    assert 1 <= len(validated) <= 20
    assert set(validated.values()) == {len(ask(0))}
    assert not any(validated & learned for learned in asked.values())


def test_a_dialogue_that_was_cut_after_its_message_is_written(tokenizer: Tokenizer, tmp_path: Path) -> None:
    cut = [AIMessage("Wait."), ToolMessage("Nothing.", tool_call_id="1"), AIMessage("There are none.")]
    table = Table()
    write_tasks([Example("tool", "w", prompts.tool(cut))], tokenizer, tmp_path, table)
    assert table.examples == {("tool", "w"): 1}


def test_what_is_learned_is_the_reply_and_its_end(tokenizer: Tokenizer) -> None:
    template = ChatTemplate(tokenizer)
    tokens, learned = template.encode_example(
        [
            {"role": "system", "name": "grade", "content": "…"},
            {"role": "user", "content": "Question: who?\n\nPassage: he."},
            {"role": "assistant", "content": "yes"},
        ]
    )
    replied = [token for token, is_learned in zip(tokens, learned, strict=True) if is_learned]
    assert tokenizer.decode(replied) == " yes<|end|>"


def test_documents_become_windows_that_end_once(tokenizer: Tokenizer, tmp_path: Path) -> None:
    path = tmp_path / "text.jsonl"
    texts = ["word " * 300, "A short document of a few words, but long enough to be kept as a window."]
    path.write_text("\n".join(json.dumps({"text": text}) for text in texts))
    with SequenceWriter(tmp_path / "set") as writer:
        write_text([path], tokenizer, writer, window=65)
    sequences = SequenceSet(tmp_path / "set")
    assert np.diff(np.fromfile(tmp_path / "set.offsets", dtype=np.int64)).max() <= 65
    everything = sequences.head(10**6).tolist()
    assert everything.count(tokenizer.end_of_text_id) == 2


def test_a_passage_is_held_out_with_all_its_questions() -> None:
    rows = [{"passage": f"p{n}", "question": f"q{m}"} for n in range(500) for m in range(2)]
    held = {row["passage"] for row in rows if is_held_out(row)}
    kept = {row["passage"] for row in rows if not is_held_out(row)}
    assert not held & kept
    assert 5 <= len(held) <= 45


def test_no_row_of_sentences_shows_what_is_held_out(tmp_path: Path) -> None:
    make_wells(tmp_path)
    names = [str(number) for number in range(200)]
    held = next(name for name in names if is_held_out({"question": name}))
    learned = [name for name in names if not is_held_out({"question": name})]
    passage = next(text for text in names if is_held_out({"passage": f"It rained. {text}"}))
    measured = {"question": held, "candidates": ["A hen is no hawk.", "Owls fly."], "relevant": [0]}
    shown = ["Owls fly.", "a HEN is\nno hawk", "“It  rained”!", "…", "It rained."]
    rows = [
        {"question": name, "candidates": ["Cows moo.", text], "relevant": [0]}
        for name, text in zip(learned, shown, strict=False)
    ]
    write_well(tmp_path, "relevance", [measured, *rows])
    write_well(tmp_path, "qa", [{"passage": f"It rained. {passage}", "question": "What fell?"}])
    assert [row["candidates"][1] for row in Wells(tmp_path).relevance_rows()] == ["Owls fly.", "…"]


def test_no_held_out_request_is_drawn_in_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised, "SYNTHETIC_REQUESTS", 3000)
    monkeypatch.setattr(supervised, "ROUTED_REQUESTS", 1000)

    def said(rows: Iterable[Row]) -> set[str]:
        return {json.dumps(row["messages"]) for row in rows}

    learned = said([*supervised.requests_to_call(0), *supervised.requests_to_route(0)])
    drawn = said(requests(LARGEST, DEVELOPMENT_SEED))
    assert drawn & learned
    assert said(held_out_requests(0)) == drawn - learned


def test_a_development_file_without_rows_is_empty(tmp_path: Path) -> None:
    assert write_development(tmp_path, "none", []) == 0
    assert (tmp_path / "none.jsonl").read_bytes() == b""
    assert list(read_rows(tmp_path / "none.jsonl")) == []


def test_development_rows_come_in_a_fixed_order(tmp_path: Path) -> None:
    rows = [{"question": str(number)} for number in range(50)]
    write_development(tmp_path, "a", rows)
    write_development(tmp_path, "b", reversed(rows))
    assert (tmp_path / "a.jsonl").read_text() == (tmp_path / "b.jsonl").read_text()


def test_shares_are_even_and_stable() -> None:
    shares = [share_of(str(number), "test") for number in range(4000)]
    assert sum(share < 0.25 for share in shares) / 4000 == pytest.approx(0.25, abs=0.03)
    assert share_of("a") == share_of("a") != share_of("b")


def test_overlap_with_an_evaluation_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    long = "Which of the nine muses was said to preside over the dance?"
    path.write_text("\n".join(json.dumps({"question": text}) for text in (long, "Who won?", "Yes")))
    leaks = OverlapFilter([path])

    def is_leak(question: str) -> bool:
        return leaks.overlaps(example("answer", "w", prompts.answer(question, "A quotation."), "x"))

    assert is_leak("Tell me: which of the nine muses was said to preside over song")
    assert is_leak("who won")
    assert not is_leak("Which of the muses was said to sing?")
    assert not is_leak("Who won the race in May?")
    assert not is_leak("Yes")


def test_a_blank_line_holds_no_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n\n{"a": 2}\n \n')
    assert list(read_rows(path)) == [{"a": 1}, {"a": 2}]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n{"a": \n')
    with pytest.raises(CorpusError, match="Line 2"):
        list(read_rows(path))
    with pytest.raises(CorpusError, match="missing"):
        list(read_rows(tmp_path / "none.jsonl"))


@pytest.mark.parametrize("content", [b"no xz", lzma.compress(b'{"a": 1}\n')[:-9], lzma.compress(b"\xff")])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.jsonl.xz"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match="cannot be read"):
        list(read_rows(path))
    with pytest.raises(CorpusError, match="cannot be read"):
        list(read_rows(tmp_path))


def make_wells(data: Path) -> list[Path]:
    files = [data / "pretrain" / f"{name}.jsonl.xz" for name in ("text-00", "validation")]
    files += [data / "sft" / f"{name}.jsonl.xz" for name in get_args(WellName)]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(lzma.compress(b""))
    return files


def write_well(data: Path, name: WellName, rows: list[Row]) -> None:
    lines = "\n".join(map(json.dumps, rows))
    (data / "sft" / f"{name}.jsonl.xz").write_bytes(lzma.compress(lines.encode()))


def test_data_that_is_not_whole_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    said: list[str] = []
    with pytest.raises(CorpusError, match="no pretraining text"):
        build_corpus(data, out, say=said.append)
    for file in make_wells(data):
        content = file.read_bytes()
        file.unlink()
        with pytest.raises(CorpusError, match=r"missing|no pretraining text"):
            build_corpus(data, out, say=said.append)
        file.write_bytes(content)
    with pytest.raises(CorpusError, match=r"questions\.jsonl is missing"):
        build_corpus(data, out, evaluations=[tmp_path / "questions.jsonl"], say=said.append)
    assert not said
    assert not out.exists()


def test_a_corpus_is_built_with_the_tokenizer_of_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(development_files, "held_out_requests", lambda _: [])
    monkeypatch.setattr(corpora.build, "all_examples", lambda *_: [])
    data, out, weights = tmp_path / "data", tmp_path / "out", find_weights("homespun")
    make_wells(data)
    said: list[str] = []
    build_corpus(data, out, tokenizer_from=weights, say=said.append)
    assert is_same_vocabulary(weights, out)
    assert "training the tokenizer" not in said
    train_tokenizer(["another text"], 400, out)
    with pytest.raises(CorpusError, match="holds another tokenizer"):
        build_corpus(data, out, tokenizer_from=weights)


def test_the_development_files_hold_what_is_held_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(development_files, "held_out_requests", lambda _: [])  # drawing those takes a minute
    make_wells(tmp_path)
    asked = [
        {
            "source": "w",
            "passage": f"It is {n}.",
            "question": "What?",
            "answers": [str(n)],
            "answerable": True,
        }
        for n in range(200)
    ]
    write_well(tmp_path, "qa", asked)
    counts = write_development_files(Wells(tmp_path), tmp_path / "out", 0)
    held_out = list(filter(is_held_out, asked))
    written = {file.stem: list(read_rows(file)) for file in (tmp_path / "out").glob("*.jsonl")}
    assert {name: len(rows) for name, rows in written.items()} == counts
    assert 0 < len(held_out) < 40
    assert sorted(map(str, written["reading"])) == sorted(map(str, held_out))
    assert [row["text"] for row in written["route"]] == ["What?"] * len(written["route"])


def test_every_source_names_origin_and_licence() -> None:
    sources = read_sources()
    assert len(sources) == len(tomllib.loads(SOURCES_FILE.read_text())["source"])
    assert all(source.origin and source.licences for source in sources)
    assert len({source.well for source in sources}) == len(sources)


def test_handbook_answers_stand_in_their_chapters() -> None:
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    assert sum(row["answerable"] for row in rows) >= 150
    assert sum(not row["answerable"] for row in rows) >= 40
    assert len({row["question"] for row in rows}) == len(rows)
    for row in rows:
        assert bool(row["answers"]) == bool(row["files"]) == row["answerable"]
        for name in row["files"]:
            text = re.sub(r"\s+", " ", (HANDBOOK / name).read_text(encoding="utf-8"))
            assert any(re.sub(r"\s+", " ", answer) in text for answer in row["answers"]), row["question"]


def test_handbook_has_chapters_of_a_readable_length() -> None:
    chapters = sorted(HANDBOOK.glob("*.md"))
    assert len(chapters) >= 25
    for chapter in chapters:
        assert 600 <= len(chapter.read_text(encoding="utf-8").split()) <= 1500, chapter.name
