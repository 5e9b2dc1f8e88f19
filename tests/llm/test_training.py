"""Training: what it learns, that it resumes exactly, and how it stops."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open

from llm.errors import ConfigError, WeightsError
from llm.model.gpt import GPT
from llm.tokenization.tokenizer import Tokenizer, train_tokenizer
from llm.training.config import load_config
from llm.training.metrics import read_metrics
from llm.training.processes import Processes
from llm.training.sequences import SequenceWriter
from llm.training.snapshot import SNAPSHOT_FILE
from llm.training.trainer import Trainer, TrainingStoppedError
from llm.unread_rows import DEVELOPMENT_FOLDER, unread_only
from tests.ports import free_port

RECIPES = Path(__file__).parents[2] / "llm" / "recipes"

CONFIG = """
name = "tiny"
data = "data"
output = "run"
validation = ["text"]
checkpoint_minutes = 0.0001
threads = 1

[shape]
hidden_size = 32
num_hidden_layers = 2
num_attention_heads = 2
num_key_value_heads = 1
head_dim = 16
intermediate_size = 48
max_position_embeddings = 64

[[stage]]
name = "first"
mix = { text = 0.7, task = 0.3 }
tokens = 3000
context = 32
tokens_per_batch = 200
dropout = 0.1
validate_every = 10

[[stage]]
name = "second"
mix = { task = 1.0 }
tokens = 1000
context = 32
tokens_per_batch = 200
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = "The cat sat on the mat. A dog ran over the hill. Rain falls in spring. " * 20
    tokenizer = train_tokenizer([text], 400, tmp_path / "data")
    sentences = [sentence + "." for sentence in text.split(". ")]
    with SequenceWriter(tmp_path / "data" / "text") as writer:
        for sentence in sentences:
            writer.write(tokenizer.encode(sentence))
    with SequenceWriter(tmp_path / "data" / "task") as writer:
        for sentence in sentences:
            tokens = tokenizer.encode(sentence)
            writer.write(tokens, [index > 3 for index in range(len(tokens))])
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path


def weights_of(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in trainer.model.state_dict().items()}


def test_training_lowers_the_loss_and_exports_weights(folder: Path) -> None:
    config = load_config(folder / "config.toml")
    weights = Trainer(config).train()
    losses = [row["validation"]["text"] for row in read_metrics(config.output) if "validation" in row]
    assert losses[-1] < losses[0] - 0.5
    assert Tokenizer.load(weights).vocabulary_size == GPT.from_pretrained(weights).config.vocab_size


def test_a_stopped_run_ends_with_the_same_weights(folder: Path) -> None:
    config = load_config(folder / "config.toml")
    whole = Trainer(config)
    whole.train()

    apart = config.model_copy(update={"output": folder / "apart"})
    stopped = Trainer(apart, on_report=lambda _: stopped.stop())
    with pytest.raises(TrainingStoppedError, match="goes on"):
        stopped.train()
    resumed = Trainer(apart)
    resumed.train()
    for name, tensor in weights_of(whole).items():
        assert torch.equal(tensor, weights_of(resumed)[name]), name


def test_a_killed_run_goes_on_from_its_last_snapshot(folder: Path) -> None:
    config = load_config(folder / "config.toml")
    whole = Trainer(config)
    whole.train()

    class KilledError(Exception):
        pass

    def kill(_: object) -> None:
        raise KilledError

    apart = config.model_copy(update={"output": folder / "apart"})
    with pytest.raises(KilledError):
        Trainer(apart, on_report=kill).train()
    resumed = Trainer(apart)
    resumed.train()
    for name, tensor in weights_of(whole).items():
        assert torch.equal(tensor, weights_of(resumed)[name]), name


def test_a_run_stopped_in_its_second_stage_keeps_that_stages_optimiser(folder: Path) -> None:
    other = "\n[stage.optimiser]\nmomentum = 0.5\nweight_decay = 0.5\n"
    (folder / "config.toml").write_text(CONFIG.replace("tokens = 1000", "tokens = 6000") + other)
    config = load_config(folder / "config.toml")
    whole = Trainer(config)
    whole.train()

    apart = config.model_copy(update={"output": folder / "apart"})
    stopped = Trainer(apart, on_report=lambda report: stopped.stop() if report.stage == "second" else None)
    with pytest.raises(TrainingStoppedError, match="goes on"):
        stopped.train()
    assert stopped._progress.stage == 1
    resumed = Trainer(apart)
    resumed.train()
    for name, tensor in weights_of(whole).items():
        assert torch.equal(tensor, weights_of(resumed)[name]), name


def test_the_dropout_of_a_step_depends_on_nothing_drawn_before(folder: Path) -> None:
    config = load_config(folder / "config.toml")
    whole = Trainer(config)
    whole.train()

    def draw(_: object) -> None:
        torch.rand(1)

    disturbed = Trainer(config.model_copy(update={"output": folder / "apart"}), on_report=draw)
    disturbed.train()
    for name, tensor in weights_of(whole).items():
        assert torch.equal(tensor, weights_of(disturbed)[name]), name


def test_each_process_drops_other_channels(folder: Path) -> None:
    trainer = Trainer(load_config(folder / "config.toml"))
    batch = trainer._build_mixture(trainer.config.stage[0]).batch(0)
    trainer.model.dropout = 0.5
    losses = []
    for number in (0, 1, 1):
        trainer._processes = Processes(number)
        trainer._seed_step()
        losses.append(trainer._learn(batch).item())
    assert losses[0] != losses[1] == losses[2]


def run_out_of_memory(trainer: Trainer, monkeypatch: pytest.MonkeyPatch, name: str, step: int) -> None:
    """Let a method of the trainer do its work and then ask for all memory there is, at one step."""
    work = getattr(trainer, name)

    def greedy(*arguments: Any) -> Any:
        result = work(*arguments)
        if trainer.model.training and trainer._progress.step == step:
            torch.empty(2**60, dtype=torch.uint8)
        return result

    monkeypatch.setattr(trainer, name, greedy)


def test_without_memory_the_steps_before_are_saved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(folder / "config.toml").model_copy(update={"checkpoint_minutes": 60.0})
    whole = Trainer(config)
    whole.train()

    apart = config.model_copy(update={"output": folder / "apart"})
    greedy = Trainer(apart)
    run_out_of_memory(greedy, monkeypatch, "_loss", step=7)
    with pytest.raises(TrainingStoppedError, match=r"step 7 of stage 'first': lower its tokens_per_batch"):
        greedy.train()
    with safe_open(apart.output / SNAPSHOT_FILE, "pt") as snapshot:
        assert json.loads(snapshot.metadata()["progress"])["step"] == 7
    resumed = Trainer(apart)
    resumed.train()
    for name, tensor in weights_of(whole).items():
        assert torch.equal(tensor, weights_of(resumed)[name]), name


def test_weights_that_changed_in_part_are_not_saved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(folder / "config.toml").model_copy(update={"checkpoint_minutes": 60.0})
    greedy = Trainer(config)
    run_out_of_memory(greedy, monkeypatch, "_update", step=7)
    with pytest.raises(TrainingStoppedError, match="Memory ran out"):
        greedy.train()
    assert not (config.output / SNAPSHOT_FILE).exists()


def retrain_tokenizer(folder: Path) -> None:
    """Replace the tokenizer of the data by one of the same size."""
    size = Tokenizer.load(folder / "data").vocabulary_size
    text = "Seven ships sail to the island at dawn. Nobody knows when they will be home again. " * 20
    assert train_tokenizer([text], size, folder / "data").vocabulary_size == size


def test_a_run_does_not_go_on_with_another_tokenizer(folder: Path) -> None:
    config = load_config(folder / "config.toml")
    before = (Trainer(config).train() / "vocabulary.tiktoken").read_bytes()
    retrain_tokenizer(folder)
    with pytest.raises(ConfigError, match="another tokenizer since it began"):
        Trainer(config).train()
    assert (config.output / "weights" / "vocabulary.tiktoken").read_bytes() == before


def test_a_snapshot_of_an_earlier_version_goes_on(folder: Path) -> None:
    trainer = Trainer(load_config(folder / "config.toml"))
    trainer._progress.vocabulary = ""
    trainer._snapshot()
    resumed = Trainer(trainer.config)
    resumed._resume()
    assert resumed._progress.vocabulary


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_run_between_two_steps(folder: Path, number: int) -> None:
    before = signal.getsignal(number)
    trainer = Trainer(load_config(folder / "config.toml"), on_report=lambda _: signal.raise_signal(number))
    with pytest.raises(TrainingStoppedError, match="goes on"):
        trainer.train()
    assert (trainer.config.output / SNAPSHOT_FILE).exists()
    assert signal.getsignal(number) is before


def test_a_damaged_snapshot_is_named(folder: Path) -> None:
    config = load_config(folder / "config.toml")
    config.output.mkdir()
    (config.output / SNAPSHOT_FILE).write_bytes(b"\x00" * 100)
    with pytest.raises(WeightsError, match=SNAPSHOT_FILE):
        Trainer(config).train()


def test_a_loss_that_is_no_number_stops_with_a_sentence(folder: Path) -> None:
    trainer = Trainer(load_config(folder / "config.toml"))
    with torch.no_grad():
        trainer.model.model.embed_tokens.weight.fill_(float("nan"))
    with pytest.raises(TrainingStoppedError, match="lower the learning rate"):
        trainer.train()


def test_a_typo_names_the_key_and_the_nearest(folder: Path) -> None:
    path = folder / "typo.toml"
    path.write_text(CONFIG.replace("tokens_per_batch = 200", "token_per_batch = 200", 1))
    with pytest.raises(ConfigError, match=r"token_per_batch.*did you mean 'tokens_per_batch'"):
        load_config(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("tokens = 3000", ""), "either tokens or minutes"),
        (("dropout = 0.1", "dropout = 2"), "less than 1"),
        (("[[stage]]", "[[stage"), "no valid TOML"),
        (("{ text = 0.7, task = 0.3 }", "{ text = 0.7, task = -0.1 }"), "greater than or equal to 0"),
        (("{ text = 0.7, task = 0.3 }", "{ text = nan }"), "greater than or equal to 0"),
        (("{ text = 0.7, task = 0.3 }", "{ text = 0.0 }"), "stage 'first' must add up"),
        (("{ text = 0.7, task = 0.3 }", "{ text = inf }"), "stage 'first' must add up"),
        (("{ text = 0.7, task = 0.3 }", "{}"), "stage 'first' must add up"),
        (("tokens = 3000", 'tokens = 3000\nextractive = ["taks"]'), r"'taks' as extractive.*mean 'task'\?"),
        (("context = 32", "context = 65"), r"'first' \(65\) is longer than .*max_position_embeddings \(64\)"),
        (("threads = 1", "threads = 1\nseed = -1"), "seed: Input should be greater"),
        (("threads = 1", f"threads = 1\nseed = {2**64}"), "seed: Input should be less"),
        (("head_dim = 16", "head_dim = 15"), r"head_dim \(15\) must be even"),
        (("num_key_value_heads = 1", "num_key_value_heads = 3"), r"shape: num_attention_heads \(2\) must be"),
    ],
)
def test_an_impossible_config_says_why(folder: Path, change: tuple[str, str], words: str) -> None:
    path = folder / "wrong.toml"
    path.write_text(CONFIG.replace(*change, 1))
    with pytest.raises(ConfigError, match=words):
        load_config(path)


def test_a_config_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(CONFIG.replace("tiny", "größer").encode("latin-1"))
    with pytest.raises(ConfigError, match=r"latin\.toml is not written in UTF-8"):
        load_config(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [('validation = ["text"]', 'validation = ["txet"]'), ("mix = { task = 1.0 }", "mix = { txet = 1.0 }")],
)
def test_a_set_that_is_read_late_is_missed_before_the_first_step(
    folder: Path, right: str, wrong: str
) -> None:
    (folder / "config.toml").write_text(CONFIG.replace(right, wrong))
    trainer = Trainer(load_config(folder / "config.toml"))
    with pytest.raises(ConfigError, match="txet"):
        trainer.train()
    assert trainer._progress.total_tokens == 0


def test_a_context_longer_than_that_of_the_start_is_refused(folder: Path) -> None:
    Trainer(load_config(folder / "config.toml")).train()
    more = without_shape(CONFIG).replace('output = "run"', 'output = "more"\nstart = "run/weights"')
    (folder / "more.toml").write_text(more.replace("context = 32", "context = 65", 1))
    with pytest.raises(ConfigError, match=r"cannot start from .*stage 'first' \(65\).*\(64\)"):
        Trainer(load_config(folder / "more.toml")).train()


def test_a_stream_without_room_for_the_copying_circuits_is_trained_without(folder: Path) -> None:
    (folder / "config.toml").write_text(CONFIG.replace("head_dim = 16", "head_dim = 32"))
    assert Trainer(load_config(folder / "config.toml")).train().is_dir()


def test_missing_data_says_how_to_make_it(folder: Path) -> None:
    path = folder / "other.toml"
    path.write_text(CONFIG.replace("text = 0.7", "nothing = 0.7"))
    with pytest.raises(ConfigError, match="corpus build"):
        Trainer(load_config(path)).train()


def run_in_two_processes(*command: str) -> str:
    launch = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(free_port())]
    result = subprocess.run(
        [sys.executable, *launch, *command],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=200,
    )
    assert result.returncode == 0, result.stderr[:4000]
    return result.stdout


def test_every_token_counts_the_same_in_whichever_process_it_is() -> None:
    said = run_in_two_processes("-m", "tests.llm.shares").strip()
    assert said == f"{200 / 101:.4f} of 2.0, gradients [[1.5], [3.0]]"
    assert Processes().share(17.0) == 1.0


def test_two_processes_train_together(folder: Path) -> None:
    (folder / "config.toml").write_text(CONFIG.replace("tokens = 3000", "tokens = 1500"))
    run_in_two_processes("main.py", "train", str(folder / "config.toml"))
    assert GPT.from_pretrained(folder / "run" / "weights").config.hidden_size == 32


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.toml")), ids=lambda recipe: recipe.stem)
def test_the_recipes_are_valid(recipe: Path) -> None:
    assert load_config(recipe).stage


def test_a_deeper_shape_starts_from_what_was_learned(folder: Path) -> None:
    start = Trainer(load_config(folder / "config.toml")).train()
    deeper = CONFIG.replace('output = "run"', 'output = "deeper"\nstart = "run/weights"')
    (folder / "deeper.toml").write_text(deeper.replace("num_hidden_layers = 2", "num_hidden_layers = 5"))
    trainer = Trainer(load_config(folder / "deeper.toml"))
    tokens = torch.randint(0, 300, (2, 12))
    given = GPT.from_pretrained(start)
    assert trainer.model.config.num_hidden_layers == 5
    with torch.no_grad():
        assert torch.equal(trainer.model.eval()(tokens), given(tokens))

    trained = GPT.from_pretrained(trainer.train())
    added = [layer.mlp.down_proj.weight for layer in trained.model.layers]
    assert all(weight.abs().max() > 0 for weight in added)  # the new layers learn, too


def test_finished_weights_may_be_the_mean_of_the_start_and_what_was_learned(folder: Path) -> None:
    start = Trainer(load_config(folder / "config.toml")).train()
    more = CONFIG.replace('output = "run"', 'output = "more"\nstart = "run/weights"')
    (folder / "more.toml").write_text(more)
    learned = GPT.from_pretrained(Trainer(load_config(folder / "more.toml")).train()).state_dict()
    (folder / "mean.toml").write_text(more.replace('"more"\n', '"more"\nblend_share = 0.25\n'))
    for _ in range(2):  # the run is finished, and its snapshot as it was
        mean = GPT.from_pretrained(Trainer(load_config(folder / "mean.toml")).train()).state_dict()
        for name, old in GPT.from_pretrained(start).state_dict().items():
            expected = 0.25 * old + 0.75 * learned[name]
            assert torch.allclose(mean[name], expected, rtol=1e-2, atol=1e-3)
        assert any(not torch.equal(mean[name], learned[name]) for name in mean)


def test_weights_list_the_held_out_rows_that_no_run_behind_them_read(folder: Path) -> None:
    held_out = folder / "data" / DEVELOPMENT_FOLDER
    held_out.mkdir()
    (held_out / "route.jsonl").write_text('{"text": "Hello"}\n{"text": "Bye"}\n')
    Trainer(load_config(folder / "config.toml")).train()
    (held_out / "route.jsonl").write_text('{"text": "Hello"}\n{"text": "New"}\n')
    more = CONFIG.replace('output = "run"', 'output = "more"\nstart = "run/weights"')
    (folder / "more.toml").write_text(more)
    weights = Trainer(load_config(folder / "more.toml")).train()
    rows = [{"text": text} for text in ("Hello", "Bye", "New")]
    assert unread_only(rows, held_out, weights) == rows[:1]


def test_finished_weights_may_be_the_mean_of_two_runs(folder: Path) -> None:
    start = Trainer(load_config(folder / "config.toml")).train()
    learned = {}
    for seed in (1, 2):
        more = CONFIG.replace('output = "run"', f'output = "more{seed}"\nstart = "run/weights"')
        (folder / "more.toml").write_text(f"seed = {seed}\n{more}")
        learned[seed] = GPT.from_pretrained(Trainer(load_config(folder / "more.toml")).train()).state_dict()
    assert any(not torch.equal(learned[1][name], learned[2][name]) for name in learned[1])
    blended = '"mean"\nblend_with = "more1/weights"\nblend_share = 0.5\n'
    (folder / "mean.toml").write_text((folder / "more.toml").read_text().replace('"more2"\n', blended))
    mean = GPT.from_pretrained(Trainer(load_config(folder / "mean.toml")).train()).state_dict()
    for name in mean:
        expected = (learned[1][name] + learned[2][name]) / 2
        assert torch.allclose(mean[name], expected, rtol=1e-2, atol=1e-3)
    assert any(
        not torch.equal(mean[name], old) for name, old in GPT.from_pretrained(start).state_dict().items()
    )


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("blend_share = 0.5", "name their folder as start or blend_with"),
        ('blend_with = "other"', "give it as blend_share"),
    ],
)
def test_a_blend_names_its_weights_and_their_share(folder: Path, keys: str, words: str) -> None:
    (folder / "mean.toml").write_text(CONFIG.replace('output = "run"', f'output = "run"\n{keys}'))
    with pytest.raises(ConfigError, match=words):
        load_config(folder / "mean.toml")


@pytest.mark.parametrize(
    ("old", "new"),
    [("hidden_size = 32", "hidden_size = 48"), ("num_hidden_layers = 2", "num_hidden_layers = 1")],
)
def test_a_shape_that_is_not_a_deeper_one_is_refused(folder: Path, old: str, new: str) -> None:
    Trainer(load_config(folder / "config.toml")).train()
    other = CONFIG.replace('output = "run"', 'output = "other"\nstart = "run/weights"')
    (folder / "other.toml").write_text(other.replace(old, new))
    name, _, value = new.partition(" = ")
    with pytest.raises(ConfigError, match=rf"{name} is {old.split()[-1]} there and {value} in the config"):
        Trainer(load_config(folder / "other.toml"))


@pytest.mark.parametrize("shape", ["given", "of the weights"])
def test_weights_of_another_tokenizer_are_refused(folder: Path, shape: str) -> None:
    Trainer(load_config(folder / "config.toml")).train()
    other = CONFIG.replace('output = "run"', 'output = "other"\nstart = "run/weights"')
    if shape != "given":
        other = without_shape(other)
    (folder / "other.toml").write_text(other)
    retrain_tokenizer(folder)
    with pytest.raises(ConfigError, match="written with another tokenizer"):
        Trainer(load_config(folder / "other.toml"))


def without_shape(config: str) -> str:
    return config[: config.index("[shape]")] + config[config.index("[[stage]]") :]


def test_replies_behind_the_context_are_left_out_and_counted(folder: Path) -> None:
    with SequenceWriter(folder / "data" / "task") as writer:
        for length in (10, 50, 50):
            writer.write(range(length), [index >= length - 2 for index in range(length)])
    config = load_config(folder / "config.toml")
    Trainer(config).train()
    rows = read_metrics(config.output)
    assert [row["left_out"]["task"] for row in rows if "left_out" in row] == [2, 2]
    assert all(row["loss"] == row["loss"] for row in rows if "loss" in row)


def test_a_set_without_a_reply_in_the_context_is_named(folder: Path) -> None:
    with SequenceWriter(folder / "data" / "task") as writer:
        writer.write(range(50), [index == 49 for index in range(50)])
    with pytest.raises(ConfigError, match=r"'first' can learn nothing from 'task'.*32 tokens"):
        Trainer(load_config(folder / "config.toml")).train()


def test_a_batch_with_nothing_to_learn_has_no_loss(folder: Path) -> None:
    trainer = Trainer(load_config(folder / "config.toml"))
    batch = trainer._build_mixture(trainer.config.stage[0]).batch(0)
    batch.weights.zero_()
    assert trainer._learn(batch).item() == 0
