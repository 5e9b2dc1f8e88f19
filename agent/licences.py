"""Write `licences.md`, the licences of everything that Homespun needs, from what is installed.

    python -m agent.licences

All extras have to be installed: what is missing is left out. Each package says what it is licensed under;
this only collects it. A test uses the same functions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import cast

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from agent.configuration.paths import REPOSITORY

PAGE = REPOSITORY / "docs" / "licences.md"

UNKNOWN = "(not said)"
LONGEST = 60
"""Characters of a licence's name; whole licence texts stand in some packages' metadata."""

HEAD = """# Licences

Homespun is licensed under the [Apache License 2.0](../LICENSE). None of these packages comes with it: they
are installed from the Python Package Index, under their own licences. `python -m agent.licences` writes this
page from what is installed, and a test refuses packages that are licensed under the GPL or AGPL alone. The
server of `langgraph dev`, a tool for development, is under the Elastic License 2.0.

Where the training data comes from, and under which licences, is told by `corpora/sources.toml`.
"""


@dataclass(frozen=True, slots=True)
class Licensed:
    """A package and its licence."""

    name: str
    version: str
    licence: str

    @property
    def is_copyleft_alone(self) -> bool:
        """Whether all that the package offers is the GPL or AGPL; the LGPL is neither."""
        offers = re.split(r"\bor\b|;|,|/", self.licence, flags=re.IGNORECASE)
        return all(map(is_copyleft, offers))


def is_copyleft(licence: str) -> bool:
    """Whether a licence is the GPL or AGPL without an exception."""
    if re.search(r"lgpl|lesser|library|exception", licence, re.IGNORECASE):
        return False
    return bool(re.search(r"\bA?GPL|General Public License", licence, re.IGNORECASE))


def own_requirements() -> dict[str, list[Requirement]]:
    """Return what `pyproject.toml` asks for: "" for the program itself, and each extra by name."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {name: [Requirement(line) for line in lines] for name, lines in groups.items()}


def closure(requirements: Iterable[Requirement]) -> dict[str, Distribution]:
    """Return the installed packages that requirements lead to, by canonical name."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = list(requirements)
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if (name, extras) in seen or (wanted.marker and not wanted.marker.evaluate()):
            continue
        seen.add((name, extras))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        waiting += _needed_by(found[name], extras)
    return dict(sorted(found.items()))


def _needed_by(package: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    for line in package.requires or ():
        needed = Requirement(line)
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            needed.marker = None
            yield needed


def licence_of(package: Distribution) -> str:
    """Return the licence as the package's metadata says it."""
    said = cast("Message", package.metadata)  # what it is, says the documentation of importlib
    if expression := said.get("License-Expression"):
        return expression
    marks = [mark for mark in said.get_all("Classifier") or () if mark.startswith("License ::")]
    named = [mark.rpartition(" :: ")[2] for mark in marks if not mark.endswith(":: OSI Approved")]
    if named:
        return "; ".join(sorted(set(named)))
    lines = (said.get("License") or "").strip().splitlines()
    return lines[0].strip()[:LONGEST] if lines else UNKNOWN


def licensed(requirements: Iterable[Requirement]) -> list[Licensed]:
    """Return name, version and licence of all that requirements lead to, but the program itself."""
    return [
        Licensed(name, package.version, licence_of(package))
        for name, package in closure(requirements).items()
        if name != "homespun"
    ]


def write() -> str:
    """Return the page."""
    groups = own_requirements()
    program = licensed(groups[""])
    known = {package.name for package in program}
    every = licensed(wanted for group in groups.values() for wanted in group)
    others = [package for package in every if package.name not in known]
    return "\n".join(
        [
            HEAD,
            "## What the program needs",
            "",
            *_table(program),
            "",
            "## What extras and development need besides",
            "",
            *_table(others),
            "",
        ]
    )


def _table(packages: Iterable[Licensed]) -> Iterator[str]:
    yield "| package | version | licence |"
    yield "|---|---|---|"
    for package in packages:
        yield f"| {package.name} | {package.version} | {package.licence.replace('|', '/')} |"


if __name__ == "__main__":
    PAGE.write_text(write(), encoding="utf-8")
