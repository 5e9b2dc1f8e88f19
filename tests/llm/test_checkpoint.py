from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest
import torch

from llm.errors import WeightsError
from llm.model import checkpoint
from llm.model.checkpoint import INDEX_FILE
from llm.model.gpt import GPT
from llm.tokenization.tokenizer import RANKS_FILE, TOKENIZER_FILE, Tokenizer


@pytest.fixture
def folder(weights: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(weights, tmp_path / "weights"))


def test_saving_and_loading_keeps_every_number(folder: Path, tokenizer: Tokenizer) -> None:
    model = GPT.from_pretrained(folder)
    model.save_pretrained(folder, tokenizer_from=folder, dtype=torch.float32)
    again = GPT.from_pretrained(folder)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name


def test_a_model_saves_itself_as_a_folder_that_transformers_loads(weights: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    GPT.from_pretrained(weights).save_pretrained(tmp_path / "copy", tokenizer_from=weights)
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path / "copy", dtype=torch.float32)
    text = "Grüße aus Oslo, 709"
    tokens = AutoTokenizer.from_pretrained(tmp_path / "copy")(text)["input_ids"]
    assert tokens == Tokenizer.load(weights).encode(text)
    ours = GPT.from_pretrained(tmp_path / "copy")
    with torch.inference_mode():
        assert (theirs(torch.tensor([tokens])).logits - ours(torch.tensor([tokens]))).abs().max() < 1e-3


@pytest.mark.parametrize("name", [RANKS_FILE, TOKENIZER_FILE])
def test_a_missing_file_of_the_tokenizer_is_named_and_nothing_is_written(
    folder: Path, tmp_path: Path, name: str
) -> None:
    (folder / name).unlink()
    with pytest.raises(WeightsError, match=name):
        GPT.from_pretrained(folder).save_pretrained(tmp_path / "copy", tokenizer_from=folder)
    assert not (tmp_path / "copy").exists()


def test_large_models_are_split_into_small_shards(
    folder: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "SHARD_BYTES", 32 * 1024)
    model = GPT.from_pretrained(folder)
    model.save_pretrained(folder, tokenizer_from=folder, dtype=torch.float32)
    shards = sorted(folder.glob("*.safetensors"))
    assert len(shards) > 2
    named = set(json.loads((folder / INDEX_FILE).read_text())["weight_map"].values())
    assert named == {shard.name for shard in shards}
    tokens = torch.arange(20).unsqueeze(0)
    assert torch.equal(GPT.from_pretrained(folder)(tokens), model(tokens))


def test_a_truncated_shard_is_named(folder: Path) -> None:
    shard = next(folder.glob("*.safetensors"))
    shard.write_bytes(shard.read_bytes()[:-100])
    with pytest.raises(WeightsError, match=shard.name):
        GPT.from_pretrained(folder)


def test_a_missing_shard_is_named(folder: Path) -> None:
    shard = next(folder.glob("*.safetensors"))
    shard.unlink()
    with pytest.raises(WeightsError, match=shard.name):
        GPT.from_pretrained(folder)


def test_whoever_may_read_one_file_may_read_all(folder: Path) -> None:
    before = os.umask(0o022)
    try:
        GPT.from_pretrained(folder).save_pretrained(folder, tokenizer_from=folder)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o644}


def test_a_shard_that_may_not_be_read_is_not_called_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, **_: object) -> None:
        raise FileNotFoundError(f"No such file or directory: {path}")

    monkeypatch.setattr(checkpoint, "safe_open", refuse)
    with pytest.raises(WeightsError, match="check its permissions"):
        GPT.from_pretrained(folder)


@pytest.mark.parametrize("name", ["config.json", INDEX_FILE])
@pytest.mark.parametrize("content", [None, "{", "{}", "[]"])
def test_missing_and_damaged_descriptions_are_named(folder: Path, name: str, content: str | None) -> None:
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(WeightsError, match=name):
        GPT.from_pretrained(folder)


def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    settings = json.loads((folder / "config.json").read_text())
    settings["hidden_size"] = 64
    (folder / "config.json").write_text(json.dumps(settings))
    with pytest.raises(WeightsError, match=r"config\.json"):
        GPT.from_pretrained(folder)


def test_nothing_is_unpickled(folder: Path) -> None:
    index = json.loads((folder / INDEX_FILE).read_text())
    index["weight_map"] = dict.fromkeys(index["weight_map"], "weights.bin")
    (folder / INDEX_FILE).write_text(json.dumps(index))
    torch.save({"x": torch.ones(1)}, folder / "weights.bin")
    with pytest.raises(WeightsError, match=r"weights\.bin"):
        GPT.from_pretrained(folder)
