"""How fast the engine reads and writes, beside transformers on the same weights in the same run.

`python main.py bench model` prints what `compare` measures. Other programs disturb such figures: the best of
several repetitions is reported, and the contenders take turns. Where a build of llama.cpp is installed
(`pip install xllamacpp gguf`) it follows.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from llm.inference.engine import Engine
from llm.inference.generation import Completion
from llm.inference.sampling import GenerationSettings
from llm.model.gpt import GPT
from llm.tokenization.tokenizer import Tokenizer

Writer = Callable[[list[int], int], object]
"""Continues a prompt by exactly so many tokens."""

READINGS = 8
"""How often a prompt is read for each time that it is continued: a reading is so short that one disturbance
of the machine would be most of it."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What one contender managed."""

    name: str
    prefill: float
    """Tokens of the prompt read a second."""
    decode: float
    """Tokens written a second, after the first, on text that the prompt does not hold."""
    quote: float
    """Tokens written a second, after the first, while copying from the prompt."""


def compare(
    folder: Path,
    text: str,
    *,
    threads: int = 2,
    prompt_tokens: int = 512,
    new_tokens: int = 128,
    repetitions: int = 3,
) -> list[Speed]:
    """Measure transformers and the engine, in full precision and quantised.

    Args:
        folder: Weights folder.
        text: Plain text of at least as many tokens as the prompt.
        threads: CPU threads of each contender.
        prompt_tokens: Length of the prompt, or what a short context leaves for it.
        new_tokens: Tokens to write; at most a quarter of the context.
        repetitions: The fastest of so many counts.

    Returns:
        Transformers first.

    Raises:
        ValueError: The text is too short.
    """
    tokenizer = Tokenizer.load(folder)
    tokens = tokenizer.encode(text)
    model = GPT.from_pretrained(folder)
    context = model.config.max_position_embeddings
    new_tokens = min(new_tokens, context // 4)
    prompt_tokens = min(prompt_tokens, context - new_tokens)
    if len(tokens) < prompt_tokens:
        raise ValueError(f"the text has {len(tokens)} tokens, {prompt_tokens} are needed")
    torch.set_num_threads(threads)
    writers = {
        "transformers, float32": transformers_writer(folder),
        "homespun, float32": engine_writer(model, tokenizer, quantised=False, speculate=False),
        "homespun, float32, prompt lookup": engine_writer(model, tokenizer, quantised=False),
        "homespun, int8": engine_writer(model, tokenizer, quantised=True, speculate=False),
        "homespun, int8, prompt lookup": engine_writer(model, tokenizer, quantised=True),
    }
    prompts = (tokens[:prompt_tokens], quoting_prompt(tokens, prompt_tokens))
    speeds = measure(writers, prompts, new_tokens, repetitions)
    if all(map(find_spec, ("xllamacpp", "gguf"))):
        # Its threads take time even while they wait: what is measured beside them is slower by half.
        for kind in ("F16", "Q8_0"):
            alone = {f"llama.cpp, {kind}": llama_cpp_writer(folder, kind, threads)}
            speeds += measure(alone, prompts, new_tokens, repetitions)
    return speeds


def quoting_prompt(tokens: Sequence[int], length: int, begun: int = 32) -> list[int]:
    """Return a text followed by its own beginning, which a model that copies will continue."""
    begun = min(begun, length // 2)
    text = list(tokens[: length - begun])
    return text + text[:begun]


def measure(
    writers: dict[str, Writer], prompts: tuple[list[int], list[int]], new_tokens: int, repetitions: int
) -> list[Speed]:
    """Time each writer on a prompt that continues freely and one that quotes, in turns."""
    fastest: dict[tuple[str, int, int], float] = {}
    for _ in range(repetitions):
        for name, write in writers.items():
            for place, prompt in enumerate(prompts):
                for count in (*[1] * READINGS, new_tokens):
                    key = (name, place, count)
                    fastest[key] = min(fastest.get(key, float("inf")), _seconds(write, prompt, count))

    def rate(name: str, place: int) -> float:
        return (new_tokens - 1) / max(fastest[name, place, new_tokens] - fastest[name, place, 1], 1e-9)

    return [
        Speed(name, len(prompts[0]) / fastest[name, 0, 1], rate(name, 0), rate(name, 1)) for name in writers
    ]


def engine_writer(model: GPT, tokenizer: Tokenizer, *, quantised: bool, speculate: bool = True) -> Writer:
    """Return how our engine writes, without what it remembers of earlier prompts."""
    engine = Engine(model, tokenizer, quantised=quantised)

    def write(prompt: list[int], count: int) -> Completion:
        engine.forget()
        settings = GenerationSettings(max_tokens=count, min_tokens=count, speculate=speculate)
        return engine.complete(prompt, settings)

    return write


def transformers_writer(folder: Path) -> Writer:
    """Return how transformers' `generate` writes."""
    from transformers import AutoModelForCausalLM

    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)

    @torch.inference_mode()
    def write(prompt: list[int], count: int) -> object:
        tokens = torch.tensor([prompt])
        return model.generate(
            tokens,
            attention_mask=torch.ones_like(tokens),
            max_new_tokens=count,
            min_new_tokens=count,
            do_sample=False,
        )

    return write


def llama_cpp_writer(folder: Path, kind: str, threads: int) -> Writer:
    """Return how llama.cpp writes, with matrices stored as a type of `llm.gguf_types.GGUF_TYPES`."""
    import xllamacpp

    from llm.gguf_export import export_gguf

    parameters = xllamacpp.CommonParams()
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    parameters.n_ctx, parameters.n_parallel, parameters.verbosity = 1024, 1, 0
    with tempfile.TemporaryDirectory() as scratch:
        parameters.model.path = str(Path(scratch) / "model.gguf")
        export_gguf(folder, Path(parameters.model.path), kind)
        server: Any = xllamacpp.Server(parameters)

    def write(prompt: list[int], count: int) -> object:
        asked = {"prompt": prompt, "n_predict": count, "temperature": 0, "ignore_eos": True}
        return server.handle_completions({**asked, "cache_prompt": False})

    return write


def table(speeds: Iterable[Speed]) -> list[list[str]]:
    """Lay the figures out in rows of text, each rate with its ratio to the first contender's."""
    speeds = list(speeds)
    rows = [["contender", "prefill tokens/s", "decode tokens/s", "quote tokens/s"]]
    for speed in speeds:
        pairs = zip(_rates(speed), _rates(speeds[0]), strict=True)
        rows.append([speed.name, *(f"{ours:,.0f} ({ours / first:.1f}x)" for ours, first in pairs)])
    return rows


def _rates(speed: Speed) -> tuple[float, float, float]:
    return speed.prefill, speed.decode, speed.quote


def _seconds(write: Writer, prompt: list[int], count: int) -> float:
    start = time.perf_counter()
    write(prompt, count)
    return time.perf_counter() - start
