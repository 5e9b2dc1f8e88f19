"""Goes on training a model on the documents of a folder, into new weights beside the old ones.

The run lies in a folder of its own below the person's data folder. An interrupted run goes on when the
same command is given again; a finished one leaves nothing but its weights, its metrics and a record.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import FolderUnusableError, HomespunError
from agent.parts.traces import NewFolders

if TYPE_CHECKING:
    from corpora.personal import PersonalCorpus
    from llm.training.config import TrainingConfig
    from llm.training.trainer import Report

RECORD_FILE = "finetune.json"
"""What the weights were made of."""

DATA_FOLDER = "corpus"

SHARES = {"text": 0.35, "questions": 0.35, "invented": 0.15}
"""Shares of the batches; sets that are empty leave theirs to the others."""

REPLAY_SHARE = 0.3
"""Share of the batches that repeat what the model was trained on before, where that is at hand."""

LEAST_TOKENS = 200
"""Text below this teaches nothing that reading it would not."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train, on what, for how long."""

    base: Path
    """Weights folder to start from; it is only read."""
    output: Path
    """Folder of the run."""
    minutes: float | None = None
    tokens: int | None = None
    """Length in tokens, instead of minutes."""
    replay: Path | None = None
    """Folder of sequence sets (`corpus build`) of the base model's own training."""
    seed: int = 0
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    weights: Path
    corpus: PersonalCorpus
    bits_before: float | None
    """Bits per byte of the text held out, by the base model; None where nothing was held out."""
    bits_after: float | None


def read_folder(folder: Path, on_failure: Callable[[str], None]) -> Iterator[str]:
    """Yield the text of every document of a folder, in order of path.

    Args:
        folder: A folder that exists.
        on_failure: Told of each file that cannot be read, in a sentence.
    """
    from rag.errors import LoadError
    from rag.limits import Limits
    from rag.loaders.sandbox import Sandbox
    from rag.reading import load_document, read_content
    from rag.walk import Walk

    limits = Limits()
    walk = Walk(folder.resolve()).run()
    with Sandbox(limits) as sandbox:
        for file in walk.files:
            try:
                data = read_content(file, limits).data
                yield load_document(file.path, data, limits, sandbox).text
            except LoadError as error:
                on_failure(f"{file.path} is left out: {error}")


def finetune(
    plan: Plan,
    folder: Path,
    say: Callable[[str], None] = lambda _: None,
    on_report: Callable[[Report], None] = lambda _: None,
) -> Outcome:
    """Train on the documents of a folder.

    Args:
        plan: What to train.
        folder: The documents.
        say: Told what is being done, a line each.
        on_report: Called every few steps of the training.

    Raises:
        FolderUnusableError: The folder holds too little text.
        HomespunError: The output would overwrite other weights, or the replay data is another model's.
        OutputBusyError: Another run writes into the same folder.
    """
    from llm.training.output_lock import output_lock

    if plan.output.resolve() in (plan.base, plan.base.parent):
        raise HomespunError(f"{plan.base} would be overwritten: choose another --name.")
    replayed = _replay_shares(plan)
    new = NewFolders([plan.output])
    try:
        with output_lock(plan.output, is_first=True):
            _check_owner(plan, folder)
            return _train(plan, folder, replayed, say, on_report)
    except FolderUnusableError:
        new.remove()
        raise


def _check_owner(plan: Plan, folder: Path) -> None:
    """Refuse to replace the finished weights of another folder or of another base."""
    from llm.training.trainer import WEIGHTS_FOLDER

    if not (plan.output / WEIGHTS_FOLDER).exists():
        return
    try:
        record = json.loads((plan.output / RECORD_FILE).read_text(encoding="utf-8"))
        docs, base = record["docs"], record["base"]
    except (OSError, ValueError, KeyError, TypeError):
        docs = base = "something else"
    if (docs, base) != (str(folder.resolve()), str(plan.base)):
        raise HomespunError(
            f"{plan.output} holds weights made of {docs}, from {base}: choose another --name."
        )


def _train(
    plan: Plan,
    folder: Path,
    replayed: Mapping[str, float],
    say: Callable[[str], None],
    on_report: Callable[[Report], None],
) -> Outcome:
    """Write the data and train on it, in a folder that nobody else writes into."""
    from corpora.personal import build_personal
    from llm.calibration import CALIBRATION_FILE
    from llm.tokenization.tokenizer import Tokenizer, copy_tokenizer
    from llm.training.trainer import WEIGHTS_FOLDER, Trainer
    from llm.weights_folder import TOOL_WEIGHTS

    say("Reading the documents")
    data = plan.output / DATA_FOLDER
    shutil.rmtree(data, ignore_errors=True)
    corpus = build_personal(read_folder(folder, say), Tokenizer.load(plan.base), data, plan.seed)
    if corpus.tokens < LEAST_TOKENS:
        shutil.rmtree(data)
        raise FolderUnusableError(
            f"There is too little text in {folder} to learn from ({corpus.tokens} tokens, at least "
            f"{LEAST_TOKENS} are needed): add documents, or just ask it with --docs."
        )
    say(f"{corpus.tokens:,} tokens of text, {corpus.questions:,} questions made of it")
    copy_tokenizer(plan.base, data)
    config = _config(plan, corpus, data, replayed)
    _forget_other_run(plan, folder, data)
    Trainer(config, on_report).train(has_lock=True)
    weights = plan.output / WEIGHTS_FOLDER
    if (calibration := plan.base / CALIBRATION_FILE).exists():
        shutil.copyfile(calibration, weights / CALIBRATION_FILE)
    if (tools := plan.base / TOOL_WEIGHTS).is_dir():
        shutil.copytree(tools, weights / TOOL_WEIGHTS, dirs_exist_ok=True)
    outcome = Outcome(weights, corpus, _bits(plan.base, corpus), _bits(weights, corpus))
    _finish(plan, folder, outcome)
    return outcome


def _config(plan: Plan, corpus: PersonalCorpus, data: Path, replayed: Mapping[str, float]) -> TrainingConfig:
    """Describe the run: small rates that fall to nothing, so that little of the old is lost."""
    from llm.model.config import ModelConfig
    from llm.training.config import Optimiser, Stage, TrainingConfig

    mix = {name: share for name, share in SHARES.items() if name in corpus.sets}
    mix |= replayed
    context = min(512, ModelConfig.load(plan.base).max_position_embeddings)
    stage = Stage(
        name="finetune",
        mix=mix,
        minutes=plan.minutes,
        tokens=plan.tokens,
        context=context,
        tokens_per_batch=2048,
        dropout=0.05,
        validate_every=100,
        optimiser=Optimiser(
            matrix_learning_rate=0.001, embedding_learning_rate=0.0005, warmup=0.05, decay=0.95, final=0.02
        ),
    )
    return TrainingConfig(
        name=plan.output.name,
        seed=plan.seed,
        data=data,
        output=plan.output,
        start=plan.base,
        threads=plan.threads,
        checkpoint_minutes=2,
        validation=["held_out"] if corpus.held_out else [],
        stage=[stage],
    )


def _replay_shares(plan: Plan) -> dict[str, float]:
    """Return the sets of earlier training, by their full paths, and their shares of the batches."""
    if plan.replay is None:
        return {}
    from llm.tokenization.tokenizer import is_same_vocabulary

    sets = sorted(
        path.stem for path in plan.replay.glob("*.offsets") if not path.stem.startswith("validation")
    )
    if not sets or not is_same_vocabulary(plan.replay, plan.base):
        raise HomespunError(
            f"{plan.replay} holds no training data of these weights: name the folder that `corpus build` "
            "wrote for them, or leave --replay out."
        )
    return {str((plan.replay / name).resolve()): REPLAY_SHARE / len(sets) for name in sets}


def _forget_other_run(plan: Plan, folder: Path, data: Path) -> None:
    """Drop the snapshot of a run over other documents or weights: it must not go on with these."""
    from llm.training.snapshot import SNAPSHOT_FILE

    digest = hashlib.sha256((data / "text.tokens").read_bytes()).hexdigest()
    record = json.dumps(
        {"base": str(plan.base), "docs": str(folder.resolve()), "text": digest, "seed": plan.seed}
    )
    path = plan.output / RECORD_FILE
    if not path.exists() or path.read_text(encoding="utf-8") != record:
        (plan.output / SNAPSHOT_FILE).unlink(missing_ok=True)
    path.write_text(record, encoding="utf-8")


def _bits(weights: Path, corpus: PersonalCorpus) -> float | None:
    from llm.evaluation.language import bits_per_byte
    from llm.model.gpt import GPT
    from llm.tokenization.tokenizer import Tokenizer

    if not corpus.held_out:
        return None
    model, tokenizer = GPT.from_pretrained(weights), Tokenizer.load(weights)
    return bits_per_byte(model, tokenizer, corpus.held_out[:50], 256)["bits_per_byte"]


def _finish(plan: Plan, folder: Path, outcome: Outcome) -> None:
    """Keep a record, drop what only the training needed."""
    from llm.training.snapshot import SNAPSHOT_FILE

    shutil.rmtree(plan.output / DATA_FOLDER)
    (plan.output / SNAPSHOT_FILE).unlink(missing_ok=True)
    corpus = asdict(outcome.corpus)
    del corpus["held_out"]
    record = {
        "base": str(plan.base),
        "docs": str(folder.resolve()),
        "minutes": plan.minutes,
        "replay": str(plan.replay) if plan.replay else None,
        "seed": plan.seed,
        "corpus": corpus,
        "bits_per_byte_before": outcome.bits_before,
        "bits_per_byte_after": outcome.bits_after,
    }
    (plan.output / RECORD_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
