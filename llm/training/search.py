"""Searches good values for fields of a training config: many short runs, each learning from those before.

    python main.py tune CONFIG.toml --field stage.0.optimiser.matrix_learning_rate=0.001..0.01

Optuna proposes the values (tree-structured Parzen estimator, Bergstra et al. 2011) and keeps every trial
in an SQLite file, so that a search which was stopped goes on.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from llm.errors import ConfigError
from llm.training.config import TrainingConfig, explain, load_config
from llm.training.metrics import METRICS_FILE, read_metrics
from llm.training.trainer import Report, Trainer, TrainingBrokeOffError, TrainingStoppedError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import Trial

STUDY_FILE = "study.sqlite"

WIDE = 10
"""A range whose ends are this many times apart is searched on a logarithmic scale."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a config and what it may be."""

    path: tuple[str, ...]
    """Names and numbers that lead to it: ("stage", "0", "context")."""
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0

    @property
    def name(self) -> str:
        """The path as it is written."""
        return ".".join(self.path)

    @classmethod
    def parse(cls, text: str) -> Field:
        """Read `PATH=LOW..HIGH` or `PATH=ONE|OTHER|…`; a range between whole numbers gives whole numbers.

        Raises:
            ConfigError: It is neither.
        """
        name, _, values = text.partition("=")
        path = tuple(name.strip().split("."))
        low, dots, high = values.partition("..")
        try:
            if dots:
                ends = _number(low), _number(high)
                if ends[0] >= ends[1]:
                    raise ValueError("the range is empty")
                return cls(path, (), *ends)
            choices = tuple(map(_value, values.split("|")))
        except ValueError as error:
            raise ConfigError(f"{text!r} is no range of a field: {error}.") from None
        if not name.strip() or len(choices) < 2:
            raise ConfigError(f"{text!r} is no field: write PATH=LOW..HIGH or PATH=ONE|OTHER.")
        return cls(path, choices)

    def propose(self, trial: Trial) -> Any:
        """Let a trial choose the value."""
        if self.choices:
            return trial.suggest_categorical(self.name, self.choices)
        wide = self.low > 0 and self.high / self.low >= WIDE
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(self.name, self.low, self.high, log=wide)
        return trial.suggest_float(self.name, self.low, self.high, log=wide)


class CombinationError(ConfigError):
    """Values that are possible each on their own do not fit together."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished trial."""

    number: int
    loss: float
    """Last loss on the first validation set, in nats per token.

    It is infinite where training broke off or the values did not fit together.
    """
    values: Mapping[str, Any]
    """Field to its value."""


class Search:
    """A search over fields of a config.

    Args:
        path: The config.
        fields: What to vary.
        folder: Where the study and its trials are kept.
        tokens: Length of a trial, all stages together.
        on_report: Called every few steps of a trial.

    Raises:
        ConfigError: A field is none of the config, or the config measures no validation loss.
        ModuleNotFoundError: Optuna is not installed.
    """

    def __init__(
        self,
        path: Path,
        fields: Sequence[Field],
        folder: Path,
        tokens: int,
        on_report: Callable[[Report], None] = lambda _: None,
    ) -> None:
        self.config = load_config(path)
        if not self.config.validation:
            raise ConfigError(f"{path} names no validation set: the search compares the losses on it.")
        if not fields:
            raise ConfigError("A search needs at least one --field PATH=LOW..HIGH.")
        for field in fields:
            for value in field.choices or (field.low, field.high):
                with suppress(CombinationError):  # it may fit to other values of the other fields
                    changed(self.config, {field.path: value})
        self._fields = list(fields)
        self._folder = folder
        self._tokens = tokens
        self._on_report = on_report
        self._study = self._open_study()

    def run(self, trials: int, on_trial: Callable[[Outcome], None] = lambda _: None) -> None:
        """Go on until the study has that many finished trials.

        Raises:
            TrainingStoppedError: Interrupted, or no disk is left; the same search goes on with its next trial
                then.
        """
        while len(self.outcomes()) < trials:
            trial = self._study.ask()
            values = {field.path: field.propose(trial) for field in self._fields}
            try:
                loss = self._try(trial.number, changed(self.config, values))
            except CombinationError:
                loss = math.inf
            except BaseException:  # a trial that Ctrl-C ends has failed, too
                self._study.tell(trial, state=_state("FAIL"))
                raise
            # Optuna takes no infinite loss; a run that broke off is as good as pruned.
            if math.isfinite(loss):
                self._study.tell(trial, loss)
            else:
                self._study.tell(trial, state=_state("PRUNED"))
            named = {".".join(path): value for path, value in values.items()}
            on_trial(Outcome(trial.number, loss, named))

    def outcomes(self) -> list[Outcome]:
        """Return the finished trials, the best first."""
        done = [
            Outcome(trial.number, math.inf if trial.value is None else trial.value, dict(trial.params))
            for trial in self._study.get_trials(deepcopy=False)
            if trial.state.name in ("COMPLETE", "PRUNED")
        ]
        return sorted(done, key=lambda outcome: outcome.loss)

    def best(self) -> TrainingConfig | None:
        """Return the config with the best values, at its full length; None when no trial came to its end."""
        ranked = self.outcomes()
        if not ranked or not math.isfinite(ranked[0].loss):
            return None
        best = changed(
            self.config, {tuple(name.split(".")): value for name, value in ranked[0].values.items()}
        )
        # Its own folder: the weights of the untuned config must not be taken for its snapshot.
        output = best.output.with_name(best.output.name + "-tuned")
        return best.model_copy(update={"name": best.name + "-tuned", "output": output})

    def _try(self, number: int, config: TrainingConfig) -> float:
        """Train shortly; return the last validation loss."""
        output = self._folder / f"trial-{number}"
        shutil.rmtree(output, ignore_errors=True)
        try:
            Trainer(shortened(config, self._tokens, output), self._on_report).train()
        except TrainingBrokeOffError:
            return math.inf
        except TrainingStoppedError:
            shutil.rmtree(output, ignore_errors=True)
            raise
        finally:
            _keep_only_metrics(output)
        losses = [row["validation"] for row in read_metrics(output) if "validation" in row]
        return float(losses[-1][config.validation[0]])

    def _open_study(self) -> Study:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._folder.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{(self._folder / STUDY_FILE).resolve()}"
        study = optuna.create_study(storage=url, study_name=self.config.name, load_if_exists=True)
        # A continued study must not repeat the draws that it began with.
        study.sampler = optuna.samplers.TPESampler(seed=(self.config.seed + len(study.trials)) % 2**32)
        asked = {
            "fields": sorted(map(repr, self._fields)),
            "tokens": self._tokens,
            "config": self._digest_of_what_stays(),
        }
        # Studies of earlier versions know of no digest.
        known = asked | study.user_attrs.get("asked", {})
        if known != asked:
            raise ConfigError(
                f"The study in {self._folder} searched other fields, ranges or lengths, or another config: "
                "repeat those, or choose another --study FOLDER."
            )
        study.set_user_attr("asked", asked)
        return study

    def _digest_of_what_stays(self) -> str:
        """Return a digest of all that is the same in every trial."""
        stays = self.config.model_dump(mode="json", exclude={"output"})
        for field in self._fields:
            place: Any = stays
            for step in field.path[:-1]:
                place = place[int(step) if isinstance(place, list) else step]
            if isinstance(place, dict):
                place.pop(field.path[-1], None)
        return hashlib.sha256(json.dumps(stays, sort_keys=True).encode()).hexdigest()


def changed(config: TrainingConfig, values: Mapping[tuple[str, ...], Any]) -> TrainingConfig:
    """Return a config with other values at some paths.

    Raises:
        ConfigError: A path leads to no field, or a value is impossible there.
        CombinationError: Each value is possible, but they do not fit together.
    """
    # A shape that nobody gave must not become a given one: weights to start from have their own.
    content = config.model_dump(exclude_unset=True)
    everything = config.model_dump()
    for path, value in values.items():
        place: Any = content
        whole: Any = everything
        for depth, step in enumerate(path):
            key: Any = int(step) if isinstance(whole, list) and step.isdecimal() else step
            known = range(len(whole)) if isinstance(whole, list) else whole if isinstance(whole, dict) else ()
            if key not in known:
                raise ConfigError(_unknown(path, depth, [str(name) for name in known]))
            if depth == len(path) - 1:
                place[key] = value
            elif isinstance(place, dict):
                place.setdefault(key, whole[key])
            place, whole = place[key], whole[key]
    try:
        return TrainingConfig.model_validate(content)
    except ValidationError as error:
        # Only what compares several values raises a plain ValueError.
        fits_alone = all(problem["type"] == "value_error" for problem in error.errors())
        kind = CombinationError if fits_alone else ConfigError
        raise kind(f"A value of the search is impossible: {explain(error)}") from None


def shortened(config: TrainingConfig, tokens: int, output: Path) -> TrainingConfig:
    """Return a config of that many tokens, its stages in the proportion of their lengths."""
    lengths = [float(stage.tokens or 0) or (stage.minutes or 0.0) * 1e5 for stage in config.stage]
    stages = [
        stage.model_copy(update={"tokens": max(1, round(tokens * length / sum(lengths))), "minutes": None})
        for stage, length in zip(config.stage, lengths, strict=True)
    ]
    return config.model_copy(update={"stage": stages, "output": output})


def _unknown(path: Sequence[str], depth: int, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(path[depth], known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known) or 'none'}."
    return f"The config has no field {'.'.join(path[: depth + 1])!r}: {hint}"


def _keep_only_metrics(output: Path) -> None:
    for path in output.glob("*"):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != METRICS_FILE:
            path.unlink()


def _state(name: str) -> Any:
    from optuna.trial import TrialState

    return TrialState[name]


def _number(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text!r} is no finite number") from None
        return number


def _value(text: str) -> Any:
    text = text.strip()
    if text in ("true", "false"):
        return text == "true"
    try:
        return _number(text)
    except ValueError:
        return text
