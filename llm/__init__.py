"""The in-house language model: tokenizer, GPT, inference engine, constraints, chat model and training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llm.chat.chat_model import ChatHomespun

__all__ = ["ChatHomespun"]


def __getattr__(name: str) -> Any:
    """Import the chat model when it is asked for, so that other parts of the package stay cheap."""
    if name == "ChatHomespun":
        from llm.chat.chat_model import ChatHomespun

        return ChatHomespun
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
