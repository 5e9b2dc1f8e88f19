"""The corpus build: deterministic, held out honestly, without leaks; the handbook and its questions."""

from __future__ import annotations

import json
import lzma
import re
import tomllib
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from corpora.build import VALIDATION, Table, write_tasks
from corpora.build import build as build_corpus
from corpora.development import is_held_out, write_development
from corpora.example import example
from corpora.overlap import OverlapFilter
from corpora.sources import SOURCES_FILE, read_sources
from corpora.supervised import ReadingTasks, WellName
from corpora.text import write_text
from corpora.wells import CorpusError, read_rows, share_of
from corpora.worlds import stories
from graphs import prompts
from llm.tokenization.template import ChatTemplate
from llm.tokenization.tokenizer import Tokenizer, train_tokenizer
from llm.training.sequences import SequenceSet, SequenceWriter

HANDBOOK = Path(__file__).parents[2] / "corpora" / "handbook"
QUESTIONS = HANDBOOK.parent / "handbook_questions.jsonl"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    texts = [reading.passage for reading in stories.readings(200, seed=0)]
    return train_tokenizer(texts, 800, tmp_path_factory.mktemp("tokenizer"))


def build(tokenizer: Tokenizer, out: Path, seed: int) -> Table:
    table = Table()
    examples = ReadingTasks(list(stories.readings(120, seed)), seed).build()
    write_tasks(examples, tokenizer, out, table, seed)
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
