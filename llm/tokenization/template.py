"""The chat template: conversations become tokens.

One conversation looks so, each `<|…|>` being a single special token:

    <|task:grade|><|user|> Question: …<|end|><|assistant|> yes<|end|>
    <|task:tool|><|tools|>get_weather(city: string) - Weather of a city.<|end|>
    <|user|> …<|end|><|assistant|><|tool_call|>{"name":"get_weather","arguments":{"city":" Oslo"}}<|end|>
    <|tool_result|> …<|end|><|assistant|> …<|end|>

Contents and strings begin with a space (`llm.tokenization.opening`).
A system message that is named after a task (`special_tokens.TASKS`) becomes its task token: the
model was trained to know the instruction by heart. `CHAT_TEMPLATE` says the same in Jinja for
transformers and vLLM, which pass arguments as objects; a test holds the two together. Content is always
encoded as ordinary text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llm.tokenization import special_tokens as special
from llm.tokenization.opening import open_strings, open_text
from llm.tokenization.tokenizer import Tokenizer

Message = Mapping[str, Any]
"""A message as OpenAI's interface has it: role, content, and name, tool_calls where they apply."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a rendered conversation."""

    text: str
    is_special: bool = False
    is_reply: bool = False
    """Whether the model is to produce it: the content of assistant messages and their end."""


class ChatTemplate:
    """Renders conversations for a tokenizer.

    Args:
        tokenizer: Turns the rendered parts into ids.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer

    def encode(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()) -> list[int]:
        """Encode a conversation as a prompt: it ends where the assistant's reply begins."""
        parts = [*render(messages, tools), Part(special.ASSISTANT, is_special=True)]
        return [token for part in parts for token in self._encode_part(part)]

    def encode_example(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = (), *, last_only: bool = False
    ) -> tuple[list[int], list[bool]]:
        """Encode a conversation for training.

        Args:
            messages: The conversation; it ends with the assistant.
            tools: The tools on offer.
            last_only: Whether only the last reply is learned, not those before it.

        Returns:
            Token ids, and for each whether the model is to learn to produce it.
        """
        tokens: list[int] = []
        learned: list[bool] = []
        earlier = len(render(messages[:-1], tools)) if last_only else 0
        for place, part in enumerate(render(messages, tools)):
            encoded = self._encode_part(part)
            tokens += encoded
            learned += [part.is_reply and place >= earlier] * len(encoded)
        return tokens, learned

    def _encode_part(self, part: Part) -> list[int]:
        if part.is_special:
            return [self.tokenizer.special_ids[part.text]]
        return self.tokenizer.encode(part.text)


def render(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()) -> list[Part]:
    """Lay out a conversation as special tokens and texts, in order."""
    messages = list(messages)
    parts: list[Part] = []
    if messages and messages[0]["role"] == "system":
        parts += _render_message(messages.pop(0))
    if tools:
        parts += _enclose(special.TOOLS, "\n".join(map(describe_tool, tools)))
    for message in messages:
        parts += _render_message(message)
    return parts


def _render_message(message: Message) -> Iterable[Part]:
    role, content = message["role"], message.get("content") or ""
    if role == "assistant":
        return _render_reply(content, message.get("tool_calls") or ())
    if role == "system" and message.get("name") in special.TASKS:
        return [Part(special.task_token(message["name"]), is_special=True)]
    opening = {"system": special.SYSTEM, "tool": special.TOOL_RESULT}.get(role, special.USER)
    return _enclose(opening, open_text(content))


def _render_reply(content: str, calls: Iterable[Mapping[str, Any]]) -> list[Part]:
    parts = [Part(special.ASSISTANT, is_special=True)]
    if content:
        parts.append(Part(open_text(content), is_reply=True))
    for call in calls:
        parts.append(Part(special.TOOL_CALL, is_special=True, is_reply=True))
        parts.append(Part(write_call(call["function"]), is_reply=True))
    return [*parts, Part(special.END, is_special=True, is_reply=True)]


def _enclose(opening: str, content: str) -> list[Part]:
    return [Part(opening, is_special=True), Part(content), Part(special.END, is_special=True)]


def write_call(function: Mapping[str, Any]) -> str:
    """Write a call as compact JSON; arguments may be an object or its JSON text."""
    arguments = function["arguments"]
    if isinstance(arguments, str):
        arguments = json.loads(arguments or "{}")
    call = {"name": function["name"], "arguments": open_strings(arguments)}
    return json.dumps(call, ensure_ascii=False, separators=(",", ":"))


def describe_tool(tool: Mapping[str, Any]) -> str:
    """Describe a tool in a line: `name(a: string, b?: one|two) - What it does.`.

    A JSON Schema spends three times as many tokens to say the same. Optional parameters carry a
    question mark, enumerations list their values, arrays and objects show their type.
    """
    function = tool["function"]
    schema = function.get("parameters") or {}
    required = set(schema.get("required") or ())
    parameters = ", ".join(
        f"{name}{'' if name in required else '?'}: {_describe_type(parameter)}"
        for name, parameter in (schema.get("properties") or {}).items()
    )
    description = function.get("description") or ""
    return f"{function['name']}({parameters})" + (f" - {description}" if description else "")


def _describe_type(schema: Mapping[str, Any] | bool) -> str:
    if isinstance(schema, bool):  # a JSON Schema may be a mere yes or no
        return "any"
    if schema.get("enum"):
        return "|".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"{_describe_type(schema.get('items') or {})}[]"
    return str(schema.get("type") or "any")


_TASK_LIST = "[" + ", ".join(f"'{task}'" for task in special.TASKS) + "]"

CHAT_TEMPLATE = (
    "{%- macro type(schema) -%}"
    "{%- if schema.enum -%}{{ schema.enum | join('|') }}"
    "{%- elif schema.type == 'array' -%}{{ type(schema['items'] or {}) }}[]"
    "{%- else -%}{{ schema.type or 'any' }}{%- endif -%}"
    "{%- endmacro -%}"
    "{%- macro show_tools() -%}"
    "<|tools|>"
    "{%- for tool in tools -%}"
    "{%- set schema = tool.function.parameters or {} -%}"
    "{{ tool.function.name }}("
    "{%- for name, parameter in (schema.properties or {}).items() -%}"
    "{{ name }}{{ '' if name in (schema.required or []) else '?' }}: {{ type(parameter) }}"
    "{{ '' if loop.last else ', ' }}"
    "{%- endfor -%}"
    "){{ ' - ' + tool.function.description if tool.function.description else '' }}"
    "{{ '' if loop.last else '\n' }}"
    "{%- endfor -%}"
    "<|end|>"
    "{%- endmacro -%}"
    "{%- macro show(text) -%}{{ ' ' + text if text else '' }}{%- endmacro -%}"
    "{%- macro write(value) -%}"
    "{%- if value is string -%}{{ (' ' + value) | tojson }}"
    "{%- elif value is mapping -%}{{ '{' }}"
    "{%- for name, child in value.items() -%}"
    "{{ name | tojson }}:{{ write(child) }}{{ '' if loop.last else ',' }}"
    "{%- endfor -%}{{ '}' }}"
    "{%- elif value is iterable -%}["
    "{%- for child in value -%}{{ write(child) }}{{ '' if loop.last else ',' }}{%- endfor -%}]"
    "{%- else -%}{{ value | tojson }}{%- endif -%}"
    "{%- endmacro -%}"
    "{%- if tools and messages and messages[0].role != 'system' -%}{{ show_tools() }}{%- endif -%}"
    "{%- for message in messages -%}"
    "{%- if message.role == 'assistant' -%}"
    "<|assistant|>{{ show(message.content) }}"
    "{%- for call in message.tool_calls or [] -%}"
    '<|tool_call|>{"name":{{ call.function.name | tojson }},"arguments":'
    "{{ call.function.arguments if call.function.arguments is string "
    "else write(call.function.arguments) }}}"
    "{%- endfor -%}"
    "<|end|>"
    "{%- elif message.role == 'system' and message.name in " + _TASK_LIST + " -%}"
    "<|task:{{ message.name }}|>"
    "{%- else -%}"
    "<|{{ {'system': 'system', 'tool': 'tool_result'}.get(message.role, 'user') }}|>"
    "{{ show(message.content) }}<|end|>"
    "{%- endif -%}"
    "{%- if tools and loop.first and message.role == 'system' -%}{{ show_tools() }}{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"
)
"""The template in Jinja, as transformers and vLLM read it from `tokenizer_config.json`."""
