"""Nothing that Homespun needs is licensed under the GPL or AGPL alone, and the page lists what it needs."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name

from agent.licences import PAGE, UNKNOWN, Licensed, licensed, own_requirements

REQUIREMENTS = own_requirements()


@pytest.mark.parametrize(
    ("licence", "is_refused"),
    [
        ("AGPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("GPL-2.0-only; AGPL-3.0", True),
        ("GNU General Public License v3 or later (GPLv3+); MIT License", False),
        ("GPL-2.0-only OR MIT", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("MIT", False),
    ],
)
def test_what_is_refused(licence: str, is_refused: bool) -> None:
    assert Licensed("a", "1", licence).is_copyleft_alone == is_refused


@pytest.mark.parametrize("group", REQUIREMENTS, ids=lambda name: name or "the program")
def test_no_requirement_is_copyleft_alone(group: str) -> None:
    packages = licensed(REQUIREMENTS[group])
    if not packages:
        pytest.skip(f"nothing of {group} is installed: pip install -e '.[{group}]'")
    assert not [package for package in packages if package.is_copyleft_alone]


def test_every_package_says_its_licence() -> None:
    packages = licensed(REQUIREMENTS[""])
    assert not [package.name for package in packages if package.licence == UNKNOWN]


def test_the_page_lists_what_the_project_asks_for() -> None:
    page = PAGE.read_text(encoding="utf-8")
    asked = {canonicalize_name(wanted.name) for wanted in REQUIREMENTS[""]}
    assert not [name for name in asked if f"| {name} |" not in page]
