"""Keep track of the titles that lead to a place in a document."""

from __future__ import annotations

from rag.loaders.document import Section

_LONGEST_TITLE = 120
LONGEST_TITLE_LINE = 1000
"""No line beyond so many characters is a title; looking for one in a line without end takes for ever."""


class HeadingStack:
    """Collects sections while a loader meets headings from top to bottom."""

    def __init__(self) -> None:
        self.sections: list[Section] = [Section(0)]
        self._open: list[tuple[int, str]] = []

    def add(self, start: int, level: int, title: str, page: int | None = None) -> None:
        """Begin a section at an offset; a heading closes all headings of its level and deeper."""
        self._open = [item for item in self._open if item[0] < level]
        title = " ".join(title.split())[:_LONGEST_TITLE]
        if title:
            self._open.append((level, title))
        section = Section(start, self.path, page)
        if self.sections[-1].start == start:
            self.sections[-1] = section
        else:
            self.sections.append(section)

    @property
    def path(self) -> tuple[str, ...]:
        """The titles that are open now, outermost first."""
        return tuple(title for _, title in self._open)
