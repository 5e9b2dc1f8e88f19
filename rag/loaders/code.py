"""Source code: a chunk follows definitions, and its heading names them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from rag.decoding import decode
from rag.loaders.document import LoadedDocument, Source
from rag.loaders.headings import LONGEST_TITLE_LINE, HeadingStack

_DEFINITION = re.compile(
    r"""^(?P<indent>[ \t]*)
    (?:(?:export|default|public|private|protected|internal|static|final|abstract|async|pub(?:\([\w:]+\))?
         |override|virtual|inline|extern|unsafe|const|sealed|partial|open|data)[ ]+)*
    (?P<title>
      (?:class|struct|enum|interface|trait|impl|module|namespace|def|func|fun|fn|function|type|record|object|protocol)
      [ ]+(?:\([^)]*\)[ ]*)?[A-Za-z_$][\w$.:<>]*
      | sub[ ]+\w+ | create[ ]+(?:table|view|function|procedure)[ ]+[\w."]+
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_C_FUNCTION = re.compile(r"[A-Za-z_][\w \t*&:<>,~]*")
_DECORATOR = re.compile(r"^[ \t]*(?:@|#\[|//|/\*|\*|--|#)")
_C_SUFFIXES = """
    .c .h .cc .cpp .cxx .hh .hpp .java .cs .m .mm .dart .php
"""
_C_FAMILY = frozenset(_C_SUFFIXES.split())
_STATEMENTS = """
    if for while switch return else do catch using typedef
"""
_NOT_FUNCTIONS = frozenset(_STATEMENTS.split())


def load(source: Source) -> LoadedDocument:
    """Load source code; indentation tells which definition holds which."""
    text, encoding = decode(source.data)
    stack = HeadingStack()
    offset = lead = 0  # `lead` is where the comments and decorators above a definition begin
    c_family = PurePosixPath(source.name.lower()).suffix in _C_FAMILY
    for line in text.splitlines(keepends=True):
        if definition := _definition(line, c_family):
            indent, title = definition
            stack.add(max(lead, stack.sections[-1].start), indent, title)
        if not (_DECORATOR.match(line) and line.strip()):
            lead = offset + len(line)
        offset += len(line)
    return LoadedDocument(text, "code", encoding, stack.sections, by_lines=True)


def _definition(line: str, c_family: bool) -> tuple[int, str] | None:
    content = line.rstrip("\r\n")
    if len(content) > LONGEST_TITLE_LINE:
        return None
    if match := _DEFINITION.match(content):
        return len(match["indent"].expandtabs(4)), match["title"]
    if c_family and (name := _c_function(content)) and name.split()[0] not in _NOT_FUNCTIONS:
        return 0, name
    return None


def _c_function(line: str) -> str:
    """Return type and name of the function that a line begins to define, or nothing.

    Taken apart by hand, as one expression for all of it tries every way to split a long line.
    """
    name, opening, rest = line.partition("(")
    name = name.rstrip(" ")
    body = rest.rstrip(" \t").removesuffix("{")
    if not opening or any(mark in body for mark in ";{}") or not _C_FUNCTION.fullmatch(name):
        return ""
    return name if len(name) > 1 and (name[-1].isalnum() or name[-1] in "_~") else ""
