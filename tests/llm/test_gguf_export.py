"""The GGUF file: what llama.cpp would read of it, checked by two other readers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from agent import cli
from llm.errors import WeightsError
from llm.gguf_export import export_gguf, gguf_name
from llm.gguf_types import GGUF_TYPES
from llm.inference.engine import Engine
from llm.inference.sampling import GenerationSettings
from llm.model.gpt import GPT
from llm.tokenization.template import CHAT_TEMPLATE
from llm.tokenization.tokenizer import Tokenizer
from llm.weights_folder import find_weights

gguf = pytest.importorskip("gguf")


def read(path: Path) -> tuple[dict[str, object], dict[str, torch.Tensor]]:
    reader = gguf.GGUFReader(path)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    tensors = {
        tensor.name: torch.from_numpy(gguf.quants.dequantize(tensor.data, tensor.tensor_type).copy())
        for tensor in reader.tensors
    }
    return fields, tensors


@pytest.mark.parametrize(("kind", "error"), list(zip(GGUF_TYPES, (0.0, 1e-3, 8e-3, 1e-2), strict=True)))
def test_every_tensor_is_read_back(weights: Path, tmp_path: Path, kind: str, error: float) -> None:
    export_gguf(weights, tmp_path / "deep" / "model.gguf", kind)
    _, tensors = read(tmp_path / "deep" / "model.gguf")
    expected = GPT.from_pretrained(weights).state_dict()
    assert tensors.keys() == {gguf_name(name) for name in expected}
    for name, tensor in expected.items():
        assert torch.allclose(tensors[gguf_name(name)], tensor, atol=error), name
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["model.gguf"]


def test_shape_and_vocabulary_are_those_of_the_model(weights: Path, tmp_path: Path) -> None:
    export_gguf(weights, tmp_path / "model.gguf")
    fields, _ = read(tmp_path / "model.gguf")
    config, tokenizer = GPT.from_pretrained(weights).config, Tokenizer.load(weights)
    assert fields["general.architecture"] == "qwen3"
    assert fields["qwen3.block_count"] == config.num_hidden_layers
    assert fields["qwen3.attention.head_count_kv"] == config.num_key_value_heads
    assert fields["qwen3.attention.key_length"] == config.head_dim
    assert fields["qwen3.rope.freq_base"] == config.rope_theta
    assert fields["tokenizer.ggml.eos_token_id"] == tokenizer.end_id
    assert fields["tokenizer.chat_template"] == CHAT_TEMPLATE
    tokens = fields["tokenizer.ggml.tokens"]
    assert isinstance(tokens, list)
    assert len(tokens) == config.vocab_size
    assert all(tokens[number] == text for text, number in tokenizer.special_ids.items())


def test_transformers_computes_the_same_from_it(weights: Path, tmp_path: Path) -> None:
    pytest.importorskip("accelerate")  # transformers reads GGUF with it alone
    from transformers import AutoConfig, AutoModelForCausalLM

    export_gguf(weights, tmp_path / "model.gguf", "F32")
    theirs = AutoModelForCausalLM.from_pretrained(
        tmp_path,
        gguf_file="model.gguf",
        config=AutoConfig.from_pretrained(weights),  # it does not read head_dim from the file
        dtype=torch.float32,
    )
    tokens = torch.randint(0, 400, (2, 40))
    with torch.inference_mode():
        assert (theirs(tokens).logits - GPT.from_pretrained(weights)(tokens)).abs().max() < 1e-3


def test_llama_cpp_writes_the_same(tmp_path: Path) -> None:
    llama = pytest.importorskip("xllamacpp")  # a build of llama.cpp
    shipped = find_weights("homespun")
    export_gguf(shipped, tmp_path / "model.gguf", "F32")
    parameters = llama.CommonParams()
    parameters.model.path = str(tmp_path / "model.gguf")
    parameters.n_ctx, parameters.n_parallel, parameters.verbosity = 512, 1, 0
    server = llama.Server(parameters)
    engine = Engine(GPT.from_pretrained(shipped), Tokenizer.load(shipped), quantised=False)
    for text in ("The capital of France is", "Schöne Grüße aus 東京, it's 709,037!\n\n  x = 12;\t# ok"):
        prompt = engine.tokenizer.encode(text)
        ours = engine.complete(prompt, GenerationSettings(max_tokens=24, min_tokens=24))
        asked = {"prompt": text, "n_predict": 24, "temperature": 0, "ignore_eos": True}
        reply = server.handle_completions(asked)
        assert reply["usage"]["prompt_tokens"] == len(prompt)
        assert reply["choices"][0]["text"] == ours.text


def test_the_command_writes_the_file(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOMESPUN_HOME", str(tmp_path / "home"))
    path = tmp_path / "model.gguf"
    assert cli.run(["export", "--gguf", str(path), "--type", "q8_0", "--model", str(weights)]) == 0
    assert capfd.readouterr().out == f"{path}\n"
    assert path.read_bytes().startswith(b"GGUF")
    for wrong in (["--type", "q2"], ["--model", "nothing"], ["--gguf", str(tmp_path)]):
        assert cli.run(["export", "--gguf", str(path), *wrong]) == 2
        assert capfd.readouterr().err.count("\n") == 1


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OSError("512 requested and 0 written")

    (path := tmp_path / "model.gguf").write_bytes(b"old")
    monkeypatch.setattr(gguf.GGUFWriter, "write_tensors_to_file", fail)
    with pytest.raises(WeightsError, match=r"could not be written to .*model\.gguf .*: free some space"):
        export_gguf(weights, path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"model.gguf": b"old"}


def test_the_home_of_nobody_is_no_folder_of_weights() -> None:
    with pytest.raises(WeightsError, match="no weights for the model '~nobody-of-that-name/x'"):
        find_weights("~nobody-of-that-name/x")
