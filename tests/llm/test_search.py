"""Searching values of a training config: what is varied, that it goes on, and what it writes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from agent import cli
from llm.errors import ConfigError
from llm.training.config import load_config
from llm.training.config_file import save_config
from llm.training.search import Field, Search, changed, shortened
from llm.training.trainer import Trainer, TrainingBrokeOffError, TrainingStoppedError
from tests.llm.test_training import CONFIG, folder, without_shape

pytest.importorskip("optuna")

__all__ = ["folder"]

RATE = "stage.0.optimiser.matrix_learning_rate=0.0001..0.01"


@pytest.fixture
def config(folder: Path) -> Path:
    return folder / "config.toml"


def search(config: Path, *fields: str, tokens: int = 400) -> Search:
    return Search(config, list(map(Field.parse, fields or (RATE,))), config.parent / "study", tokens)


def test_two_trials_are_compared_and_the_best_can_be_trained(config: Path) -> None:
    found = search(config, RATE, "stage.1.context=16..32", "copying_circuits=true|false")
    told: list[int] = []
    found.run(2, lambda outcome: told.append(outcome.number))
    assert told == [0, 1]
    first, second = found.outcomes()
    assert first.loss <= second.loss
    best = found.best()
    assert best is not None
    assert best.stage[0].optimiser.matrix_learning_rate == first.values[RATE.split("=")[0]]
    assert best.stage[0].tokens == 3000
    assert best.output.name == "run-tuned"
    save_config(best, config.parent / "best.toml", "the best\nof two")
    assert load_config(config.parent / "best.toml") == best
    assert [path.name for path in (config.parent / "study" / "trial-0").iterdir()] == ["metrics.jsonl"]


def test_a_search_goes_on(config: Path) -> None:
    search(config).run(1)
    again = search(config)
    told: list[int] = []
    again.run(3, lambda outcome: told.append(outcome.number))
    assert told == [1, 2]
    assert len({outcome.values[RATE.split("=")[0]] for outcome in again.outcomes()}) == 3
    with pytest.raises(ConfigError, match="searched other fields"):
        search(config, "stage.0.context=16..32")


def test_a_changed_config_is_not_compared_in_one_study(config: Path) -> None:
    search(config)
    config.write_text(CONFIG.replace('output = "run"', 'output = "elsewhere"'))
    search(config)
    config.write_text(CONFIG.replace("dropout = 0.1", "dropout = 0.2"))
    with pytest.raises(ConfigError, match="or another config"):
        search(config)


def test_what_a_search_varies_may_change_in_its_config(config: Path) -> None:
    search(config, "stage.0.dropout=0.1..0.3")
    config.write_text(CONFIG.replace("dropout = 0.1", "dropout = 0.2"))
    search(config, "stage.0.dropout=0.1..0.3")


def test_values_that_do_not_fit_together_are_the_worst(config: Path) -> None:
    found = search(config, "shape.num_attention_heads=1|3", "shape.num_key_value_heads=2|3", tokens=100)
    found.run(4)
    losses = {tuple(outcome.values.values()): outcome.loss for outcome in found.outcomes()}
    assert all(math.isfinite(loss) == (values == (3, 3)) for values, loss in losses.items())
    assert any(math.isinf(loss) for loss in losses.values())


def test_weights_to_start_from_keep_their_own_shape(config: Path) -> None:
    Trainer(load_config(config)).train()
    start = CONFIG.replace('output = "run"', 'output = "more"\nstart = "run/weights"')
    config.write_text(without_shape(start))
    found = search(config)
    found.run(1)
    best = found.best()
    assert best is not None
    save_config(best, config.parent / "best.toml")
    assert "[shape]" not in (config.parent / "best.toml").read_text()
    assert Trainer(load_config(config.parent / "best.toml")).model.config.hidden_size == 32
    # A field that the config leaves at its default can still be varied.
    assert changed(load_config(config), {("shape", "head_dim"): 16}).shape.head_dim == 16


def test_a_stopped_trial_is_not_counted(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from llm.training import search as module

    begin = module.Trainer._run_stage

    def stop(self: Trainer, stage: Any) -> None:
        self.stop()
        begin(self, stage)

    found = search(config)
    with monkeypatch.context() as patch:
        patch.setattr(module.Trainer, "_run_stage", stop)
        with pytest.raises(TrainingStoppedError):
            found.run(1)
    assert found.outcomes() == []
    found.run(1)
    assert len(found.outcomes()) == 1


def test_a_run_that_breaks_off_is_the_worst(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = search(config)
    found.run(1)

    def break_off(_: object) -> Path:
        raise TrainingBrokeOffError("The loss became no number")

    monkeypatch.setattr("llm.training.search.Trainer.train", break_off)
    found.run(2)
    assert found.outcomes()[-1].loss == math.inf
    assert len(found.outcomes()) == 2


def test_a_full_disk_ends_the_search(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(_: object) -> Path:
        raise TrainingStoppedError("free some space")

    found = search(config)
    monkeypatch.setattr("llm.training.search.Trainer.train", run_out)
    with pytest.raises(TrainingStoppedError, match="free some space"):
        found.run(1)
    assert found.outcomes() == []


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("stage.0.contxt=16..32", "did you mean 'context'"),
        ("stage.7.context=16..32", "there are 0, 1"),
        ("name.first=16..32", "there are none"),
        ("stage.0.dropout=0.1..3", "less than 1"),
        ("precision=float32|float16", "precision"),
        ("stage.0.context=32..16", "range is empty"),
        ("stage.0.context=a..b", "no range"),
        ("stage.0.dropout=0..inf", "finite"),
        ("stage.0.context", "PATH=LOW..HIGH"),
        ("stage.0.context=16", "PATH=LOW..HIGH"),
    ],
)
def test_an_impossible_field_says_why(config: Path, field: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        search(config, field)


def test_a_search_needs_a_measure(config: Path) -> None:
    config.write_text(CONFIG.replace('validation = ["text"]', ""))
    with pytest.raises(ConfigError, match="no validation set"):
        search(config)


def test_stages_keep_their_proportions(config: Path, tmp_path: Path) -> None:
    short = shortened(load_config(config), 400, tmp_path)
    assert [stage.tokens for stage in short.stage] == [300, 100]
    mixed = changed(load_config(config), {("name",): "other"})
    assert mixed.name == "other"


@pytest.mark.parametrize("name", ["cpu", "deeper", "gpu", "smoke"])
def test_every_recipe_survives_being_written(name: str, tmp_path: Path) -> None:
    recipe = load_config(Path(__file__).parents[2] / "llm" / "recipes" / f"{name}.toml")
    save_config(recipe, tmp_path / "deep" / "copy.toml")
    assert load_config(tmp_path / "deep" / "copy.toml") == recipe


def test_unusual_characters_and_numbers_survive_being_written(config: Path) -> None:
    whole = load_config(config)
    stage = whole.stage[0].model_copy(
        update={"name": "first \x7f\n\u2028", "mix": {"text 🐈": 1.0}, "tokens": None, "minutes": math.inf}
    )
    unusual = whole.model_copy(update={"name": "tiny 🐈", "stage": [stage]})
    save_config(unusual, config.parent / "copy.toml")
    again = load_config(config.parent / "copy.toml")
    assert (again.name, again.stage) == (unusual.name, unusual.stage)


def test_the_command_prints_a_table(config: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["tune", str(config), "--trials", "2", "--tokens", "400", "--field"]
    assert cli.run([*arguments, RATE]) == 0
    out = capfd.readouterr().out.splitlines()
    assert out[0].split() == ["trial", "loss", RATE.split("=")[0]]
    assert len(out) == 4
    assert load_config(Path(out[-1])).name == "tiny-tuned"
    assert cli.run([*arguments, "nothing=1..2"]) == 2
    err = capfd.readouterr().err
    assert "no field 'nothing'" in err
    assert err.count("\n") == 1
