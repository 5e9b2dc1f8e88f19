"""Which of the offered tools a conversation calls for.

The model reads the conversation with each tool alone and says how likely its reply begins with a call:
a decision on a short prompt, where a small model is far surer than when it has to pick one name out of
a long list. The likeliest tool is then called, if it is likely enough, with nothing but its own
signature in view. All tools are scored in one batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from llm.chat.tool_calls import ToolChoice
from llm.tokenization.special_tokens import TOOL_CALL, TOOL_TASK
from llm.tokenization.template import ChatTemplate, Message

if TYPE_CHECKING:
    from llm.calibration import Calibration
    from llm.inference.engine import Engine

THRESHOLD = "call"
"""The threshold from which a tool is called."""


@dataclass(frozen=True, slots=True)
class ToolSelection:
    """The tool that the model has in view while it replies."""

    tool: Mapping[str, Any] | None
    """The likeliest tool, in OpenAI's format; None when none was offered."""
    is_called: bool
    """Whether the reply calls it; otherwise the reply is in words."""
    tokens_read: int
    """Tokens of the prompts that were read to decide."""


def select_tool(
    engine: Engine, messages: Sequence[Message], choice: ToolChoice, calibration: Calibration
) -> ToolSelection:
    """Select the tool to call, or none.

    Args:
        engine: Of the model that decides.
        messages: The conversation.
        choice: The tools, and whether one must be called.
        calibration: Corrects the scores; its threshold decides.

    Raises:
        ContextOverflowError: The conversation does not fit into the context together with a tool.
    """
    if not choice.tools:
        return ToolSelection(None, is_called=False, tokens_read=0)
    if len(choice.tools) == 1 and (choice.is_required or not choice.is_allowed):
        return ToolSelection(choice.tools[0], choice.is_required, tokens_read=0)
    prompts = one_tool_prompts(engine, messages, choice.tools)
    probabilities = call_probabilities(engine, prompts, calibration)
    best = max(range(len(prompts)), key=probabilities.__getitem__)
    is_likely = probabilities[best] >= calibration.thresholds.get(THRESHOLD, 0.5)
    return ToolSelection(
        choice.tools[best],
        choice.is_required or is_likely,
        sum(map(len, prompts)),
    )


def one_tool_prompts(
    engine: Engine, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]
) -> list[list[int]]:
    """Encode a conversation once with each tool alone."""
    template = ChatTemplate(engine.tokenizer)
    return [template.encode(messages, [tool]) for tool in tools]


def call_probabilities(
    engine: Engine, prompts: Sequence[Sequence[int]], calibration: Calibration
) -> list[float]:
    """Return how likely the reply to each prompt begins with a tool call."""
    opening = engine.tokenizer.special_ids[TOOL_CALL]
    scores = engine.choice_logprobs(prompts, [[opening]]).flatten().tolist()
    return [calibration.probabilities(TOOL_TASK, [score, _complement(score)])[0] for score in scores]


def _complement(logprob: float) -> float:
    """Return log(1 - p) of a log-probability."""
    return math.log(max(-math.expm1(logprob), 1e-12))
