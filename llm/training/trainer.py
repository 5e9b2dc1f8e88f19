"""The training loop: stages of a config, one after the other, resumable at any step.

    python main.py train CONFIG.toml
    torchrun --nproc-per-node 2 main.py train CONFIG.toml

The same loop serves a CPU, a GPU and several processes. It stops cleanly on Ctrl-C, on a loss that is
no number, without memory and on a full disk: the last snapshot stays whole, and the same command goes on
from it.
"""

from __future__ import annotations

import math
import signal
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from llm.errors import ConfigError, ModelError
from llm.tokenization.tokenizer import Tokenizer, vocabulary_digest
from llm.training.blending import blend
from llm.training.config import Stage, TrainingConfig, check_context
from llm.training.first_model import first_model, start_of
from llm.training.loss import token_losses
from llm.training.metrics import MetricsLog
from llm.training.mixture import Mixture
from llm.training.muon import Muon
from llm.training.output_lock import output_lock
from llm.training.precision import product_type
from llm.training.processes import Processes, join_processes
from llm.training.schedule import rate_at
from llm.training.sequences import Batch, SequenceSet
from llm.training.snapshot import SNAPSHOT_FILE, Progress, load_progress, load_snapshot, save_snapshot
from llm.training.utilisation import peak_flops
from llm.unread_rows import write_unread

warnings.filterwarnings("ignore", message="Mismatch dtype between input and weight")
# Norms read bfloat16 and weigh in float32: torch warns that its fused form does not take the pair.

LOG_EVERY = 20
"""Steps between two lines of metrics."""

VALIDATION_BATCHES = 12
"""Batches of each validation set that are measured."""

WEIGHTS_FOLDER = "weights"


class TrainingStoppedError(ModelError):
    """Training had to stop; the message says why and how to go on."""


class TrainingBrokeOffError(TrainingStoppedError):
    """The settings of a run are too much for it: its loss became no number, or its memory ran out."""


@dataclass(frozen=True, slots=True)
class Report:
    """How training stands, for whoever shows it."""

    stage: str
    step: int
    progress: float
    """Share of the stage that is done, 0 to 1."""
    loss: float
    tokens_per_second: float
    utilisation: float
    """Share of the fastest arithmetic of the devices that the model's own takes, 0 to 1 (MFU)."""
    seconds_left: float


class Trainer:
    """Trains a model after a config.

    Args:
        config: What to train, on what, for how long.
        on_report: Called every few steps.
    """

    def __init__(self, config: TrainingConfig, on_report: Callable[[Report], None] = lambda _: None) -> None:
        self.config = config
        self._on_report = on_report
        self._processes: Processes = join_processes()
        if config.threads:
            torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        self.tokenizer = Tokenizer.load(config.data)
        self.model = first_model(config, self.tokenizer.vocabulary_size).to(self._processes.device)
        self._product_type = product_type(config.precision)
        self._hidden_states: Callable[[Tensor], Tensor] = self.model.hidden_states
        if config.compile:
            self._hidden_states = torch.compile(self.model.hidden_states, dynamic=True)
        self._log = MetricsLog(config.output)
        self._progress = Progress(vocabulary=vocabulary_digest(config.data))
        self._optimisers: dict[str, torch.optim.Optimizer] = {}
        self._last_snapshot = time.monotonic()
        self._is_stopping = False

    def train(self, *, has_lock: bool = False) -> Path:
        """Run all stages that are left and return the folder of the finished weights.

        Args:
            has_lock: Whether the caller holds the lock of the output folder already.

        Raises:
            ConfigError: A stage that is left, or the validation, cannot be read, or the data was written
                with another tokenizer since the run began.
            TrainingStoppedError: Interrupted, a loss that is no number, or no memory or disk is left.
            OutputBusyError: Another run writes into the same folder.
        """
        with output_lock(self.config.output, self._processes.is_first and not has_lock):
            self._resume()
            self._check_stages_left()
            previous = self._listen_for_interrupt()
            try:
                while self._progress.stage < len(self.config.stage):
                    self._run_stage(self.config.stage[self._progress.stage])
            finally:
                for number, handler in previous.items():
                    if handler is not None:
                        signal.signal(number, handler)
                self._processes.close()
            return self.export()

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes files."""
        return self._processes.is_first

    def stop(self) -> None:
        """Stop after the step under way; `train` then saves a snapshot and says so."""
        self._is_stopping = True

    def _listen_for_interrupt(self) -> dict[int, Any]:
        """Let Ctrl-C, or a machine that takes itself back, end the run between two steps, never inside one.

        Returns:
            The old handler of each signal.
        """
        if threading.current_thread() is not threading.main_thread():
            return {}
        numbers = (signal.SIGINT, signal.SIGTERM)
        return {number: signal.signal(number, lambda *_: self.stop()) for number in numbers}

    def export(self) -> Path:
        """Write the weights as a Hugging Face folder and return it."""
        folder = self.config.output / WEIGHTS_FOLDER
        if self._processes.is_first:
            origins = self.config.origins
            if self.config.blend_share:
                other = start_of(origins[0], self.config, self.model.config)
                blend(self.model, other, self.config.blend_share)
            self.model.save_pretrained(folder, tokenizer_from=self.config.data)
            write_unread(folder, self.config.data, origins)
        return folder

    def _resume(self) -> None:
        if not (self.config.output / SNAPSHOT_FILE).exists():
            return
        progress, vocabulary = load_progress(self.config.output), self._progress.vocabulary
        if progress.vocabulary not in ("", vocabulary):
            raise ConfigError(
                f"The run in {self.config.output} cannot go on: the data in {self.config.data} was written "
                "with another tokenizer since it began, so restore it, or name another output in the config."
            )
        self._progress = replace(progress, vocabulary=vocabulary)
        stage = min(self._progress.stage, len(self.config.stage) - 1)  # of a finished run there is no next
        self._optimisers = self._build_optimisers(self.config.stage[stage])
        load_snapshot(self.config.output, self.model, self._optimisers)

    def _check_stages_left(self) -> None:
        """Open all that will be read: a mistake in the last stage must not show after the hours before it."""
        left = self.config.stage[self._progress.stage :]
        try:
            check_context(left, self.model.config.max_position_embeddings)
        except ValueError as error:
            raise ConfigError(f"The run cannot start from {self.config.start}: {error}.") from None
        for stage in left:
            self._build_mixture(stage)
        for name in self.config.validation if left else ():
            SequenceSet(self.config.data / name)

    def _run_stage(self, stage: Stage) -> None:
        if self._progress.step == 0 or not self._optimisers:
            self._optimisers = self._build_optimisers(stage)
        self.model.dropout = stage.dropout
        mixture = self._build_mixture(stage)
        if mixture.left_out and self._processes.is_first:
            self._record(stage=stage.name, left_out=mixture.left_out)
        started = time.monotonic() - self._progress.stage_seconds
        tokens_at_start, clock = self._progress.stage_tokens, time.monotonic()
        while (done := self._processes.agree(self._share_done(stage))) < 1:
            loss = self._step(stage, mixture.batch(self._progress.step), rate_at(done, stage.optimiser))
            self._progress.cursors = mixture.cursors
            now = time.monotonic()
            self._progress.total_seconds += now - started - self._progress.stage_seconds
            self._progress.stage_seconds = now - started
            if self._progress.step % LOG_EVERY == 0:
                speed = (self._progress.stage_tokens - tokens_at_start) / (now - clock)
                self._report(stage, loss.item(), speed, self._share_done(stage))
            if self._progress.step % stage.validate_every == 0:
                self._validate(stage)
            if self._processes.agree(float(self._is_stopping)):
                self._snapshot()
                raise TrainingStoppedError(
                    "Training was interrupted; the same command goes on from the saved snapshot."
                )
            if now - self._last_snapshot > 60 * self.config.checkpoint_minutes:
                self._snapshot()
        self._validate(stage)
        self._progress.stage += 1
        self._progress.step = self._progress.stage_tokens = 0
        self._progress.stage_seconds = 0.0
        self._progress.best_loss, self._progress.worse_validations = None, 0
        self._progress.cursors = {}
        self._snapshot()

    def _build_mixture(self, stage: Stage) -> Mixture:
        mixture = Mixture(
            self.config.data,
            stage,
            self.config.seed + self._progress.stage,
            self.tokenizer.end_of_text_id,
            self._processes.number,
            self._processes.count,
        )
        mixture.cursors |= self._progress.cursors
        return mixture

    def _build_optimisers(self, stage: Stage) -> dict[str, torch.optim.Optimizer]:
        settings = stage.optimiser
        matrices = [p for n, p in self.model.named_parameters() if p.dim() == 2 and "embed" not in n]
        others = [p for n, p in self.model.named_parameters() if p.dim() != 2 or "embed" in n]
        muon = Muon(matrices, settings.matrix_learning_rate, settings.momentum, settings.weight_decay)
        adam = torch.optim.AdamW(
            others, settings.embedding_learning_rate, betas=(0.9, 0.95), weight_decay=0.0
        )
        return {"muon": muon, "adam": adam}

    def _step(self, stage: Stage, batch: Batch, rate: float) -> Tensor:
        """Take one step at a share of the peak rate; return its loss."""
        self._seed_step()
        is_unchanged = True
        try:
            loss = self._learn(batch)
            is_unchanged = False
            self._update(stage, rate)
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
        else:
            self._progress.step += 1
            tokens = self._processes.total(batch.tokens)
            self._progress.stage_tokens += tokens
            self._progress.total_tokens += tokens
            return loss
        # Only out here nothing holds the activations any more, and there is memory for a snapshot.
        raise self._out_of_memory(stage, is_unchanged)

    def _seed_step(self) -> None:
        """Seed the dropout of a step, on every device and in each process otherwise.

        It then depends on nothing that was drawn before, so a resumed run needs no state of a generator.
        """
        place = [self.config.seed, self._progress.stage, self._progress.step, self._processes.number]
        torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1)[0]))

    def _learn(self, batch: Batch) -> Tensor:
        """Compute the gradients of a batch, of all processes together; return its loss in this one."""
        self.model.train()
        loss = self._loss(batch)
        share = self._processes.share(batch.weights.sum().item())
        (loss * share).backward()  # type: ignore[no-untyped-call]  # torch does not annotate it
        self._processes.average_gradients(self.model.parameters())
        return loss.detach()

    def _update(self, stage: Stage, rate: float) -> None:
        """Move the weights along their gradients."""
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), stage.optimiser.clip)
        if not math.isfinite(norm.item()):
            self.model.zero_grad(set_to_none=True)
            raise TrainingBrokeOffError(
                f"The loss became no number at step {self._progress.step}: lower the learning rate "
                "and run again; the last snapshot is kept."
            )
        peaks = {
            "muon": stage.optimiser.matrix_learning_rate,
            "adam": stage.optimiser.embedding_learning_rate,
        }
        for name, optimiser in self._optimisers.items():
            for group in optimiser.param_groups:
                group["lr"] = peaks[name] * rate
            optimiser.step()
        self.model.zero_grad(set_to_none=True)

    def _out_of_memory(self, stage: Stage, is_unchanged: bool) -> TrainingBrokeOffError:
        """Save the state before the step, unless the weights changed in part, and return what to raise."""
        self.model.zero_grad(set_to_none=True)
        if is_unchanged:
            self._snapshot()
        return TrainingBrokeOffError(
            f"Memory ran out at step {self._progress.step} of stage {stage.name!r}: lower its "
            f"tokens_per_batch ({stage.tokens_per_batch}) and run again; it goes on from the last snapshot."
        )

    def _loss(self, batch: Batch) -> Tensor:
        """Weighted mean of the cross entropy, computed only where a token counts."""
        device = self._processes.device
        weights = batch.weights.to(device)
        counts = weights > 0
        device_type = torch.device(device).type
        is_rounded = self._product_type == torch.bfloat16
        with torch.autocast(device_type, dtype=torch.bfloat16, enabled=is_rounded):
            states = self._hidden_states(batch.inputs.to(device))
            logits = self.model.logits(states[counts])
        losses = token_losses(logits.float(), batch, counts)
        return (losses * weights[counts]).sum() / weights.sum().clamp_min(1)

    @torch.no_grad()
    def _validate(self, stage: Stage) -> None:
        self.model.eval()
        losses = {name: self._validation_loss(stage, name) for name in self.config.validation}
        if not losses:
            return
        if self._processes.is_first:
            self._record(stage=stage.name, step=self._progress.step, validation=losses, **self._totals())
        loss = losses[self.config.validation[0]]
        if self._progress.best_loss is None or loss < self._progress.best_loss:
            self._progress.best_loss, self._progress.worse_validations = loss, 0
        else:
            self._progress.worse_validations += 1

    def _validation_loss(self, stage: Stage, name: str) -> float:
        sequences = SequenceSet(self.config.data / name)
        plan = sequences.epoch(0, 0, stage.tokens_per_batch, stage.context)[:VALIDATION_BATCHES]
        total = weight = 0.0
        for numbers in plan:
            batch = sequences.batch(numbers, stage.context, 0.0, self.tokenizer.end_of_text_id)
            counted = batch.weights.sum().item()
            if counted:
                total += self._loss(batch).item() * counted
                weight += counted
        return total / max(weight, 1.0)

    def _share_done(self, stage: Stage) -> float:
        """Return how much of a stage is done, which is all of it once validation no longer improves."""
        if stage.patience is not None and self._progress.worse_validations >= stage.patience:
            return 1.0
        if stage.tokens is not None:
            return self._progress.stage_tokens / stage.tokens
        assert stage.minutes is not None  # noqa: S101 - the config demands one of the two
        return self._progress.stage_seconds / (60 * stage.minutes)

    def _report(self, stage: Stage, loss: float, speed: float, done: float) -> None:
        if not self._processes.is_first:
            return
        flops = speed * self.model.config.flops_per_token(stage.context)
        utilisation = flops / (self._peak_flops * self._processes.count)
        self._record(
            stage=stage.name,
            step=self._progress.step,
            loss=round(loss, 5),
            tokens_per_second=round(speed, 1),
            utilisation=round(utilisation, 4),
            **self._totals(),
        )
        left = self._progress.stage_seconds * (1 - done) / max(done, 1e-9)
        self._on_report(Report(stage.name, self._progress.step, done, loss, speed, utilisation, left))

    @cached_property
    def _peak_flops(self) -> float:
        return peak_flops(self._processes.device, self._product_type)

    def _record(self, **values: Any) -> None:
        """Append to the metrics."""
        try:
            self._log.write(**values)
        except OSError as error:
            self._snapshot()
            raise TrainingStoppedError(
                f"The metrics could not be written to {self.config.output} ({error}): free some space and "
                "run again; it goes on from the saved snapshot."
            ) from error

    def _totals(self) -> dict[str, float]:
        return {
            "total_tokens": self._progress.total_tokens,
            "total_seconds": round(self._progress.total_seconds, 1),
        }

    def _snapshot(self) -> None:
        self._last_snapshot = time.monotonic()
        if not self._processes.is_first:
            return
        try:
            save_snapshot(self.config.output, self.model, self._optimisers, self._progress)
        except OSError as error:
            raise TrainingStoppedError(
                f"The snapshot could not be written to {self.config.output} ({error}): free some "
                "space and run again; the snapshot before is kept."
            ) from error


def _is_out_of_memory(error: Exception) -> bool:
    """Whether an allocation failed: on a processor torch raises a plain `RuntimeError`."""
    words = ("can't allocate memory", "not enough memory")
    is_plain = any(word in str(error) for word in words)
    return is_plain or isinstance(error, MemoryError | torch.OutOfMemoryError)
