"""The types of a GGUF file, apart from what writes one: to name them needs no torch."""

from __future__ import annotations

GGUF_TYPES = ("F32", "F16", "BF16", "Q8_0")
"""How matrices can be stored; vectors are always F32."""
