from __future__ import annotations

import re
from collections.abc import Callable

from agent.assembly import Assembly
from agent.configuration.paths import REPOSITORY
from agent.screenshots import FOLDER, SCENES, draw


def words(svg: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", svg).replace("&#160;", " ").split())


def test_a_picture_shows_the_conversation(assemble: Callable[..., Assembly]) -> None:
    shown = words(draw(assemble(), ["How tall is the lighthouse?", "/why"], "island"))
    assert shown.count("very likely answered") == 2
    assert "island.md" in shown
    assert "Thinking" not in shown


def test_a_picture_drawn_again_differs_in_its_seconds_alone(assemble: Callable[..., Assembly]) -> None:
    def picture() -> list[str]:
        svg = draw(assemble(), ["How tall is the lighthouse?", "/sources"], "island")
        return [line for line in svg.splitlines() if "documents" not in line]

    assert picture() == picture()


def test_a_picture_needs_nothing_from_the_internet(assemble: Callable[..., Assembly]) -> None:
    svg = draw(assemble(), ["How tall is the lighthouse?"], "island")
    assert set(re.findall(r"https?://[^\"\s)]+", svg)) <= {
        "http://www.w3.org/2000/svg",
        "https://www.textualize.io",
    }


def test_the_readme_shows_every_picture() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"docs/images/(\w+)\.svg", readme))
    assert shown == set(SCENES) == {file.stem for file in FOLDER.glob("*.svg")}


def test_no_picture_tells_where_it_was_drawn() -> None:
    for file in FOLDER.glob("*.svg"):
        shown = words(file.read_text(encoding="utf-8"))
        assert not re.search(r"(?<![\w.])/(home|root|Users|tmp|work)\b", shown), file
