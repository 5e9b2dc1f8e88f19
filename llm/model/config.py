"""The shape of a model, in the words of Hugging Face's `Qwen3Config`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from llm.errors import WeightsError


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Shape of a decoder-only transformer.

    Raises:
        ValueError: The numbers do not fit together.
    """

    vocab_size: int
    hidden_size: int = 256
    num_hidden_layers: int = 6
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    head_dim: int = 64
    intermediate_size: int = 704
    max_position_embeddings: int = 1024
    rope_theta: float = 100_000.0
    rms_norm_eps: float = 1e-6

    def __post_init__(self) -> None:
        if self.num_attention_heads % self.num_key_value_heads:
            raise ValueError(
                f"num_attention_heads ({self.num_attention_heads}) must be a multiple of "
                f"num_key_value_heads ({self.num_key_value_heads})"
            )
        if self.head_dim % 2:
            raise ValueError(f"head_dim ({self.head_dim}) must be even for rotary embeddings")

    @property
    def parameters(self) -> int:
        """Number of parameters; the tied embedding counts once."""
        attention_width = self.num_attention_heads * self.head_dim
        key_value_width = self.num_key_value_heads * self.head_dim
        attention = 2 * self.hidden_size * (attention_width + key_value_width) + 2 * self.head_dim
        feed_forward = 3 * self.hidden_size * self.intermediate_size
        layer = attention + feed_forward + 2 * self.hidden_size
        return self.vocab_size * self.hidden_size + self.num_hidden_layers * layer + self.hidden_size

    def flops_per_token(self, context: int) -> int:
        """Floating-point operations of training on one token, forward and backward.

        Six per parameter, and twelve per layer, channel and attended position on average over a
        causal context (PaLM, appendix B).
        """
        attention_width = self.num_attention_heads * self.head_dim
        return 6 * self.parameters + 6 * self.num_hidden_layers * attention_width * context

    def to_hugging_face(self, end_id: int, pad_id: int) -> dict[str, Any]:
        """Return the content of a Hugging Face `config.json`."""
        return {
            "architectures": ["Qwen3ForCausalLM"],
            "model_type": "qwen3",
            **asdict(self),
            "rope_parameters": {"rope_type": "default", "rope_theta": self.rope_theta},
            "attention_bias": False,
            "attention_dropout": 0.0,
            "hidden_act": "silu",
            "initializer_range": 0.02,
            "tie_word_embeddings": True,
            "use_cache": True,
            "use_sliding_window": False,
            "bos_token_id": pad_id,
            "eos_token_id": end_id,
            "pad_token_id": pad_id,
            "dtype": "float32",
        }

    @classmethod
    def load(cls, folder: Path) -> ModelConfig:
        """Read `config.json` of a weights folder.

        Raises:
            WeightsError: The file is missing, no JSON, or lacks a field.
        """
        path = folder / "config.json"
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{field.name: values[field.name] for field in fields(cls)})
        except FileNotFoundError:
            raise WeightsError(f"{path} is missing: there are no weights in {folder}.") from None
        except (KeyError, TypeError, ValueError) as error:
            raise WeightsError(f"{path} is damaged ({error}): restore the weights.") from error
