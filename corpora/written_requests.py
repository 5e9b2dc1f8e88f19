"""Tools written for this project, with requests as people make them and the calls that these take.

A file of `corpora/toolboxes` holds sets of tools one after another; messages of a conversation stand between
double bars, the assistant's among them, and a minus stands where no tool fits:

    # The desk of a library

    find_book(title: string, year: integer?, kind: "paper"|"audio"?): Look for a book.
    renew_loan(card: integer, books: list): Keep books for longer.

    do you have Solaris on paper => find_book(title="Solaris", kind="paper")
    I need more time. || Which book, which card? || Solaris, 4711 => renew_loan(card=4711, books=["Solaris"])
    Which languages do you speak? => -
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from corpora.titled_blocks import read_blocks
from corpora.wells import Row

WELL = "written-requests"
FOLDER = Path(__file__).with_name("toolboxes")
NO_CALL = "-"

_SIGNATURE = re.compile(r"(?P<name>\w+)\((?P<parameters>[^)]*)\): (?P<says>.+)")
_PARAMETER = re.compile(r'(?P<name>\w+): (?P<kind>\w+|"[^"]+"(?:\|"[^"]+")*)(?P<optional>\??)')
_KINDS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "list": {"type": "array", "items": {"type": "string"}},
}


def written_requests(files: Sequence[Path] = ()) -> Iterator[Row]:
    """Yield evaluation rows (tools, messages, expected) of files; of all when none is named.

    Raises:
        CorpusError: A file does not keep to the form; its set of tools and the line are named.
    """
    return read_blocks(files or sorted(FOLDER.glob("*.md")), _toolbox)


def _toolbox(title: str, body: str) -> Iterator[Row]:
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    tools = {tool["name"]: tool for line in lines if " => " not in line for tool in [_tool(line)]}
    for line in lines:
        said, arrow, meant = line.rpartition(" => ")
        if arrow:
            yield {
                "source": WELL,
                "title": title,
                "tools": [{"type": "function", "function": tool} for tool in tools.values()],
                "messages": _messages(said),
                "expected": [] if meant == NO_CALL else [_call(meant, tools)],
            }


def _tool(line: str) -> dict[str, Any]:
    match = _SIGNATURE.fullmatch(line)
    if match is None:
        raise ValueError(f"“{line}” is neither a tool nor a request with its call")
    parameters = [_parameter(part) for part in match["parameters"].split(", ") if part]
    return {
        "name": match["name"],
        "description": match["says"],
        "parameters": {
            "type": "object",
            "properties": {name: schema for name, schema, _ in parameters},
            "required": [name for name, _, is_required in parameters if is_required],
        },
    }


def _parameter(text: str) -> tuple[str, dict[str, Any], bool]:
    match = _PARAMETER.fullmatch(text)
    if match is None or (match["kind"] not in _KINDS and '"' not in match["kind"]):
        raise ValueError(f"“{text}” is no parameter")
    choices = re.findall(r'"([^"]+)"', match["kind"])
    schema = {"type": "string", "enum": choices} if choices else _KINDS[match["kind"]]
    return match["name"], schema, not match["optional"]


def _messages(said: str) -> list[Row]:
    return [
        {"role": ("user", "assistant")[place % 2], "content": text.strip()}
        for place, text in enumerate(said.split(" || "))
    ]


def _call(text: str, tools: dict[str, dict[str, Any]]) -> dict[str, Any]:
    try:
        made = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"“{text}” is no call") from error
    if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Name) or made.func.id not in tools:
        raise ValueError(f"“{text}” calls no tool of the set")
    arguments = {str(given.arg): ast.literal_eval(given.value) for given in made.keywords}
    schema = tools[made.func.id]["parameters"] | {"additionalProperties": False}
    if made.args or not Draft202012Validator(schema).is_valid(arguments):
        raise ValueError(f"“{text}” does not fit the tool's parameters")
    return {"name": made.func.id, "arguments": arguments}
