"""Training on a person's own folder: what is learned, where it goes, and what is left alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from agent import cli
from agent.configuration.paths import locate
from agent.errors import FolderUnusableError, HomespunError
from agent.finetuning import Plan, finetune, read_folder
from corpora import personal
from corpora.personal import build_personal, cut
from llm.model.gpt import GPT
from llm.tokenization.tokenizer import Tokenizer
from llm.training.output_lock import OutputBusyError
from llm.training.sequences import SequenceSet, SequenceWriter
from llm.training.snapshot import SNAPSHOT_FILE
from llm.training.trainer import TrainingStoppedError
from llm.weights_folder import TOOL_WEIGHTS
from tests.llm.conftest import write_tiny_model

Run = Callable[..., tuple[int, str, str]]

LENGTH = {"tokens": 8_000}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return write_tiny_model(tmp_path_factory.mktemp("weights") / "tiny").resolve()


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    for number in range(12):
        paragraphs = [
            f"# Machine {number}\n\nMachine {number} is a printer for paper that stands on floor {number} of "
            "the tall house.",
            *(
                f"Paper {part} of machine {number} lies in drawer {part + number}. " * 12
                + "Nobody else may open it without asking the keeper of the drawers first."
                for part in range(6)
            ),
        ]
        (folder / f"machine{number}.md").write_text("\n\n".join(paragraphs), "utf-8")
    (folder / "nothing.md").write_bytes(b"")
    return folder


@pytest.fixture(autouse=True)
def few_invented_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal, "INVENTED", 20)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["finetune", *arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return call


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_the_command_writes_new_weights_and_leaves_the_old(run: Run, weights: Path, docs: Path) -> None:
    before = content(weights)
    code, out, err = run("--docs", str(docs), "--model", str(weights), "--minutes", "0.01", "--name", "house")
    assert code == 0, err
    made = locate().models / "house" / "weights"
    assert out.startswith(f"{made}\n")
    assert f'--model "{made}"' in out
    assert "nothing.md is left out" in err
    assert content(weights) == before
    assert GPT.from_pretrained(made).config == GPT.from_pretrained(weights).config
    record = json.loads((made.parent / "finetune.json").read_text())
    assert record["corpus"]["questions"] > 0
    assert not (made.parent / "corpus").exists()
    assert not (made.parent / SNAPSHOT_FILE).exists()


def test_the_folder_is_learned(weights: Path, docs: Path, tmp_path: Path) -> None:
    outcome = finetune(Plan(weights, tmp_path / "out", tokens=40_000), docs)
    assert outcome.bits_after is not None
    assert outcome.bits_before is not None
    assert outcome.bits_after < outcome.bits_before - 0.2


def test_weights_for_tools_go_along(weights: Path, docs: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(weights, base)
    tools = write_tiny_model(base / TOOL_WEIGHTS, seed=1)
    outcome = finetune(Plan(base, tmp_path / "out", tokens=4_000), docs)
    assert content(outcome.weights / TOOL_WEIGHTS) == content(tools)


def test_an_interrupted_run_goes_on_and_another_folder_begins_anew(
    weights: Path, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from llm.training import trainer

    started: list[int] = []
    begin = trainer.Trainer._run_stage

    def note(self: trainer.Trainer, stage: Any) -> None:
        started.append(self._progress.step)
        if len(started) == 1:
            self.stop()
        begin(self, stage)

    monkeypatch.setattr(trainer.Trainer, "_run_stage", note)
    plan = Plan(weights, tmp_path / "out", **LENGTH)
    with pytest.raises(TrainingStoppedError, match="goes on"):
        finetune(plan, docs)
    assert (plan.output / SNAPSHOT_FILE).exists()
    finetune(plan, docs)
    assert started[1] == 1

    started.clear()
    plan = Plan(weights, tmp_path / "other", **LENGTH)
    with pytest.raises(TrainingStoppedError):
        finetune(plan, docs)
    (other := tmp_path / "docs").mkdir()
    (other / "a.md").write_text("The house has many rooms and a garden with trees. " * 60)
    finetune(plan, other)
    assert started == [0, 0]


def test_earlier_data_is_repeated(weights: Path, docs: Path, tmp_path: Path) -> None:
    replay = tmp_path / "replay"
    replay.mkdir()
    plan = Plan(weights, tmp_path / "out", **LENGTH, replay=replay)
    with pytest.raises(HomespunError, match="no training data of these weights"):
        finetune(plan, docs)
    assert not plan.output.exists()
    tokenizer = Tokenizer.load(weights)
    tokenizer.save(replay)
    for name in ("grade", "validation"):
        with SequenceWriter(replay / name) as writer:
            writer.write(tokenizer.encode("Question: who wrote it? yes"))
    from agent.finetuning import _replay_shares

    assert _replay_shares(plan) == {str((replay / "grade").resolve()): 0.3}
    finetune(plan, docs)


def test_the_base_weights_cannot_be_overwritten(weights: Path, docs: Path) -> None:
    for output in (weights, weights.parent):
        with pytest.raises(HomespunError, match="would be overwritten"):
            finetune(Plan(weights, output, **LENGTH), docs)


def test_weights_of_another_folder_are_not_overwritten(weights: Path, docs: Path, tmp_path: Path) -> None:
    plan = Plan(weights, tmp_path / "out", **LENGTH)
    before = content(finetune(plan, docs).weights)
    (other := tmp_path / docs.name).mkdir()
    (other / "a.md").write_text("The house has many rooms and a garden with trees. " * 60)
    with pytest.raises(HomespunError, match=rf"holds weights made of {docs}, from {weights}: choose another"):
        finetune(plan, other)
    assert content(tmp_path / "out" / "weights") == before
    finetune(plan, docs)


def test_a_second_run_leaves_the_first_undisturbed(
    weights: Path, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llm.training.trainer.LOG_EVERY", 1)
    plan = Plan(weights, tmp_path / "out", **LENGTH)
    data = plan.output / "corpus"
    seen: list[int] = []

    def begin_another(_: object) -> None:
        made = data.stat().st_mtime_ns
        with pytest.raises(OutputBusyError, match="Another run is training into"):
            finetune(plan, docs)
        assert data.stat().st_mtime_ns == made
        seen.append(made)

    assert finetune(plan, docs, on_report=begin_another).weights.is_dir()
    assert seen


def test_too_little_text_is_refused(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("Short.")
    with pytest.raises(FolderUnusableError, match="too little text"):
        finetune(Plan(weights, tmp_path / "out", **LENGTH), tmp_path / "docs")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing option '--docs'"),
        (["--docs", "/does/not/exist"], "does not exist"),
        (["--docs", ".", "--name", "../up"], "cannot be the name"),
        (["--docs", ".", "--minutes", "0"], "--minutes"),
        (["--docs", ".", "--seed", "-1"], "--seed"),
        (["--docs", ".", "--model", "openai:gpt"], "does not run here"),
        (["--docs", ".", "--replay", "/does/not/exist"], "does not exist"),
    ],
)
def test_mistakes_are_one_sentence(run: Run, arguments: list[str], words: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_documents_are_cut_between_paragraphs(docs: Path) -> None:
    texts = list(read_folder(docs, lambda _: None))
    assert len(texts) == 12
    for text in texts:
        pieces = list(cut(text))
        assert "\n\n".join(pieces) == text
        assert all(len(piece) < 4000 for piece in pieces)
        assert len(pieces) > 1


def test_what_is_held_out_is_not_learned(weights: Path, docs: Path, tmp_path: Path) -> None:
    tokenizer = Tokenizer.load(weights)
    corpus = build_personal(read_folder(docs, lambda _: None), tokenizer, tmp_path)
    assert corpus.sets == ("text", "questions", "held_out", "invented")
    learned = tokenizer.decode(SequenceSet(tmp_path / "text").head(10**9).tolist())
    assert corpus.held_out
    assert not any(piece in learned for piece in corpus.held_out)
