"""Writes a weights folder as one GGUF file, which llama.cpp and what is built on it read.

The model is a Qwen3 to them. Names of tensors and keys are those of llama.cpp's own converter; the
weights need no rearranging, since Qwen3 rotates halves of a head there, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from llm.errors import WeightsError
from llm.model.config import ModelConfig
from llm.model.gpt import GPT
from llm.replaced_file import replaced_file
from llm.tokenization.template import CHAT_TEMPLATE
from llm.tokenization.tokenizer import TOKENIZER_FILE, Tokenizer

if TYPE_CHECKING:
    from gguf import GGUFWriter

ARCHITECTURE = "qwen3"

_OUTER = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}

_INNER = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def export_gguf(folder: Path, path: Path, kind: str = "F16") -> None:
    """Write the weights of a folder as GGUF; a file that is there is replaced when the new one is whole.

    Args:
        folder: Weights folder.
        path: The file to write; its folder is made if missing.
        kind: One of `llm.gguf_types.GGUF_TYPES`.

    Raises:
        WeightsError: The folder is damaged, the disk is full or the file cannot be written.
        ModuleNotFoundError: The package gguf is not installed.
    """
    from gguf import GGUFWriter

    model, tokenizer = GPT.from_pretrained(folder), Tokenizer.load(folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replaced_file(path) as file:
            writer = GGUFWriter(file, ARCHITECTURE)
            _add_shape(writer, model.config, folder.name, kind)
            _add_tokenizer(writer, tokenizer, folder, model.config.vocab_size)
            for name, tensor in model.state_dict().items():
                _add_tensor(writer, gguf_name(name), tensor, kind)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()
    except OSError as error:
        raise WeightsError(
            f"The weights could not be written to {path} ({error}): free some space, or name another file."
        ) from error


def gguf_name(name: str) -> str:
    """Return llama.cpp's name of a tensor of Qwen3."""
    if name in _OUTER:
        return _OUTER[name]
    _, _, layer, inner = name.split(".", 3)
    return f"blk.{layer}.{_INNER[inner.removesuffix('.weight')]}.weight"


def _add_shape(writer: GGUFWriter, config: ModelConfig, name: str, kind: str) -> None:
    from gguf import LlamaFileType

    file_types = {"F32": "ALL_F32", "F16": "MOSTLY_F16", "BF16": "MOSTLY_BF16", "Q8_0": "MOSTLY_Q8_0"}
    writer.add_name(name)
    writer.add_license("apache-2.0")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_vocab_size(config.vocab_size)
    writer.add_file_type(LlamaFileType[file_types[kind]])


def _add_tokenizer(writer: GGUFWriter, tokenizer: Tokenizer, folder: Path, size: int) -> None:
    """Add the vocabulary; places of the embedding that no token has are marked as unused."""
    from gguf import TokenType

    description = json.loads((folder / TOKENIZER_FILE).read_text(encoding="utf-8"))
    names = {number: text for text, number in description["model"]["vocab"].items()}
    names |= {number: text for text, number in tokenizer.special_ids.items()}
    kinds = [
        TokenType.UNUSED
        if number not in names
        else TokenType.CONTROL
        if tokenizer.is_special(number)
        else TokenType.NORMAL
        for number in range(size)
    ]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([names.get(number, f"[UNUSED{number}]") for number in range(size)])
    writer.add_token_types(kinds)
    writer.add_token_merges(list(_merges(description)))
    writer.add_eos_token_id(tokenizer.end_id)
    writer.add_pad_token_id(tokenizer.end_of_text_id)
    writer.add_add_bos_token(False)  # our prompts begin with the token of a task or a role
    writer.add_chat_template(CHAT_TEMPLATE)


def _merges(description: dict[str, Any]) -> Iterator[str]:
    """Yield the merges as "left right"; versions of tokenizers write pairs or texts."""
    for merge in description["model"]["merges"]:
        yield merge if isinstance(merge, str) else " ".join(merge)


def _add_tensor(writer: GGUFWriter, name: str, tensor: Tensor, kind: str) -> None:
    from gguf import GGMLQuantizationType
    from gguf.quants import quantize

    # Rows that are no multiple of 32 cannot be stored in blocks of 32; llama.cpp's converter takes F16, too.
    if kind == "Q8_0" and tensor.shape[-1] % 32:
        kind = "F16"
    stored = GGMLQuantizationType["F32" if tensor.dim() == 1 else kind]
    writer.add_tensor(name, quantize(tensor.float().numpy(), stored), raw_dtype=stored)
