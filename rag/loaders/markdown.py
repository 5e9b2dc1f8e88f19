"""Markdown: headings in both styles, outside of code fences and front matter."""

from __future__ import annotations

import re

from rag.decoding import decode
from rag.loaders.document import LoadedDocument, Section, Source
from rag.loaders.headings import LONGEST_TITLE_LINE, HeadingStack

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LONGEST_MARKUP = 500
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`]{1,3}")


def load(source: Source) -> LoadedDocument:
    """Load a Markdown file; the text is the file's own, markup included."""
    text, encoding = decode(source.data)
    return LoadedDocument(text, "Markdown", encoding, markdown_sections(text))


def markdown_sections(text: str) -> list[Section]:
    """Find the headings of a Markdown text."""
    stack = HeadingStack()
    fence = ""
    previous: tuple[int, str] = (0, "")
    offset = _front_matter_end(text)
    for line in text[offset:].splitlines(keepends=True):
        content = line.rstrip("\r\n")
        mark = _FENCE.match(content)
        if fence:
            if mark and mark[1].startswith(fence) and not content.strip().strip(fence[0]):
                fence = ""
        elif mark:
            fence = mark[1]
        elif len(content) > LONGEST_TITLE_LINE:
            content = ""
        elif heading := _HEADING.match(content):
            stack.add(offset, len(heading[1]), plain_title(_without_closing(heading[2] or "")))
        elif previous[1] and (underline := _UNDERLINE.match(content)):
            stack.add(previous[0], 1 if underline[1][0] == "=" else 2, plain_title(previous[1]))
            content = ""
        is_title = not fence and content.strip() and not content.startswith(("#", ">", "|", "-", "*", " "))
        previous = (offset, content if is_title else "")
        offset += len(line)
    return stack.sections


def plain_title(title: str) -> str:
    """Return a heading without emphasis, code marks and link targets."""
    return _MARKUP.sub(lambda match: match[1] or "", title[:_LONGEST_MARKUP]).strip()


def _without_closing(title: str) -> str:
    """Leave out the number signs that may close a heading."""
    title = title.rstrip(" \t")
    bare = title.rstrip("#")
    return bare if not bare or bare[-1] in " \t" else title


def _front_matter_end(text: str) -> int:
    if not text.startswith(("---\n", "---\r\n")):
        return 0
    end = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?\n", re.MULTILINE).search(text, 4)
    return end.end() if end else 0
