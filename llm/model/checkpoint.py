"""Write and read a model as a Hugging Face folder of safetensors shards.

The folder IS a Hugging Face model: `AutoModelForCausalLM.from_pretrained` and
`AutoTokenizer.from_pretrained` read it. Weights are stored as bfloat16 or float32 and are read as
float32. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from llm.errors import WeightsError
from llm.model.config import ModelConfig
from llm.tokenization import special_tokens
from llm.tokenization.template import CHAT_TEMPLATE
from llm.tokenization.tokenizer import RANKS_FILE, TOKENIZER_FILE, Tokenizer

INDEX_FILE = "model.safetensors.index.json"
_PARTIAL = ".partial"
SHARD_BYTES = 16 * 1024 * 1024 - 64 * 1024
"""Most bytes of tensors in a shard, so that a file stays below 16 MiB with its header."""


def write_weights(
    config: ModelConfig,
    weights: Mapping[str, Tensor],
    folder: Path,
    tokenizer_from: Path,
    dtype: torch.dtype = torch.bfloat16,
) -> None:
    """Write config, tokenizer, its settings and weights into `folder`.

    Everything is written beside the old files first. While they change places the index is missing, so a
    program that is killed then leaves weights that are refused, never a mixture of old and new.

    Args:
        config: The shape of the model.
        weights: Its parameters by name.
        folder: Where to; made if missing, older shards in it are replaced.
        tokenizer_from: Folder with the tokenizer's files; `folder` itself if they are there.
        dtype: How the numbers are stored.

    Raises:
        WeightsError: A file of the tokenizer is missing, the disk is full or the folder cannot be written;
            older weights are untouched.
    """
    tokenizer = Tokenizer.load(tokenizer_from)
    spelling = {name: _read_tokenizer_file(tokenizer_from / name) for name in (RANKS_FILE, TOKENIZER_FILE)}
    tensors = {name: tensor.to(dtype).contiguous() for name, tensor in weights.items()}
    shards = list(_split(tensors))
    names = [f"model-{number:05d}-of-{len(shards):05d}.safetensors" for number in range(1, len(shards) + 1)]
    weight_map = {key: name for name, shard in zip(names, shards, strict=True) for key in shard}
    total = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    descriptions: dict[str, object] = {
        "config.json": config.to_hugging_face(tokenizer.end_id, tokenizer.end_of_text_id),
        "tokenizer_config.json": _tokenizer_settings(config),
        "generation_config.json": {
            "eos_token_id": tokenizer.end_id,
            "pad_token_id": tokenizer.end_of_text_id,
        },
        INDEX_FILE: {"metadata": {"total_size": total}, "weight_map": weight_map},
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, description in descriptions.items():
            _write_json(folder / (name + _PARTIAL), description)
        for name, shard in zip(names, shards, strict=True):
            save_file(shard, folder / (name + _PARTIAL), metadata={"format": "pt"})
            # safetensors lets only its owner read what it writes.
            shutil.copymode(folder / (INDEX_FILE + _PARTIAL), folder / (name + _PARTIAL))
        for name, content in spelling.items():
            (folder / (name + _PARTIAL)).write_bytes(content)
        _change_places(folder, [*names, *spelling, *descriptions])
    except (SafetensorError, OSError) as error:
        raise WeightsError(
            f"The weights could not be written to {folder} ({error}): free some space and try again."
        ) from error
    finally:
        for scratch in folder.glob("*" + _PARTIAL):
            scratch.unlink(missing_ok=True)


def _read_tokenizer_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"The tokenizer file {file} cannot be read ({error.strerror}): restore it."
        ) from error


def _change_places(folder: Path, names: list[str]) -> None:
    """Put what was written in the place of what was there, the index last."""
    for name in names:
        with open(folder / (name + _PARTIAL), "r+b") as written:
            os.fsync(written.fileno())
    (folder / INDEX_FILE).unlink(missing_ok=True)
    for old in folder.glob("model*.safetensors"):
        if old.name not in names:
            old.unlink()
    for name in names:
        os.replace(folder / (name + _PARTIAL), folder / name)


def read_weights(folder: Path) -> tuple[ModelConfig, dict[str, Tensor]]:
    """Read the shape of a model and its parameters by name, in float32.

    Raises:
        WeightsError: A file is missing or damaged; it is named.
    """
    config = ModelConfig.load(folder)
    tensors: dict[str, Tensor] = {}
    for shard in _shards(folder):
        tensors |= _read_shard(shard)
    return config, {name: tensor.float() for name, tensor in tensors.items()}


def _split(tensors: dict[str, Tensor]) -> Iterator[dict[str, Tensor]]:
    shard: dict[str, Tensor] = {}
    size = 0
    for name, tensor in tensors.items():
        bytes_needed = tensor.numel() * tensor.element_size()
        if shard and size + bytes_needed > SHARD_BYTES:
            yield shard
            shard, size = {}, 0
        shard[name] = tensor
        size += bytes_needed
    if shard:
        yield shard


def _shards(folder: Path) -> list[Path]:
    index = folder / INDEX_FILE
    try:
        weight_map = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        names = sorted(set(weight_map.values()))
    except FileNotFoundError:
        raise WeightsError(f"{index} is missing: there are no weights in {folder}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{index} is damaged: restore the weights folder.") from error
    return [folder / name for name in names]


def _read_shard(path: Path) -> dict[str, Tensor]:
    try:
        with safe_open(path, framework="pt") as shard:
            return {name: shard.get_tensor(name) for name in shard.keys()}  # noqa: SIM118 - no mapping
    except (FileNotFoundError, PermissionError):  # safetensors takes what it may not read for missing
        if path.exists():
            raise WeightsError(f"The weights file {path} cannot be read: check its permissions.") from None
        raise WeightsError(f"The weights file {path} is missing: restore it.") from None
    except (SafetensorError, OSError, struct.error) as error:
        raise WeightsError(f"The weights file {path} is damaged or truncated: restore it.") from error


def _tokenizer_settings(config: ModelConfig) -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": config.max_position_embeddings,
        "bos_token": None,
        "eos_token": special_tokens.END,
        "pad_token": special_tokens.END_OF_TEXT,
        "unk_token": None,
        "clean_up_tokenization_spaces": False,
        "chat_template": CHAT_TEMPLATE,
    }


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
