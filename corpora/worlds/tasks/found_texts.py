"""What a search, a document and the memory answer: the sentence looked for among other sentences."""

from __future__ import annotations

import random
from collections.abc import Sequence

from corpora.worlds.requests.request_parts import as_file_name
from corpora.worlds.tasks.own_task import Step
from corpora.worlds.tasks.task_scene import Scene, frames
from rag.passage import under_place

READ = 0.6
"""Share of the searches for a fact of whose pages a sentence each is shown."""

OTHERS = (0, 1, 2, 2)
"""How many pages about other things are found beside the one that is looked for."""

_IN_ORDER = 0.8
"""Share of the searches that find the page that is looked for first."""

_WITH_HEADING = 0.8
"""Share of the pages that are found from their heading on."""

_FOLDERS = ("", "articles/", "shop/", "stock/", "notes/", "docs/catalogue/", "2024/")


def search(query: str, sentence: str, scene: Scene) -> Step:
    """Find a sentence in the first or second of up to three passages."""
    draw = scene.draw
    count = draw.choice((1, 1, 2, 2, 3))
    holder = 0 if draw.random() < 0.75 else draw.randrange(count)
    blocks = []
    for place in range(count):
        text = _passage(sentence if place == holder else "", scene)
        first = draw.choice((1, draw.randint(2, 60), draw.randint(2, 400)))
        path = scene.say(f"{{path{place + 1}}}")
        blocks.append(under_place(path, first, first + draw.randint(0, 8), text))
    return _found(query, blocks)


def search_pages(query: str, told: Sequence[tuple[str, Sequence[str]]], scene: Scene) -> Step:
    """Find the pages about some things, mostly in this order.

    Args:
        query: What is searched.
        told: Each thing, and sentences about it.
        scene: Draws what else the pages say.
    """
    pages = [_page(thing, sentences, scene) for thing, sentences in told]
    if scene.draw.random() > _IN_ORDER:
        scene.draw.shuffle(pages)
    return _found(query, pages)


def search_read(query: str, told: Sequence[tuple[str, str]], scene: Scene) -> Step:
    """Find pages about some things, mostly in this order, of each of which a sentence was read.

    That is what the tool agent shows of documents that a search found (`graphs.tool_agent.reading`).

    Args:
        query: What is searched.
        told: Each thing, and the sentence.
        scene: Draws where they stand.
    """
    draw = scene.draw
    blocks = []
    for thing, sentence in told:
        line = draw.randint(1, draw.choice((9, 90, 400)))
        blocks.append(under_place(_path_of(thing, draw), line, line, sentence))
    if draw.random() > _IN_ORDER:
        draw.shuffle(blocks)
    return _found(query, blocks)


def said_beside(thing: str, count: int, draw: random.Random) -> list[str]:
    """Draw sentences that a page tells about a thing beside what anybody asks."""
    sentences = []
    for frame in draw.sample(frames("page"), count):
        scene = Scene(draw)
        scene.set("it", thing)
        sentences.append(scene.say(frame))
    return sentences


def place_of(found: Step, sentence: str) -> tuple[str, int]:
    """Return the path and the first line of the passage that holds a sentence."""
    block = next(block for block in found.result.split("\n\n") if sentence in block)
    path, lines = block.split(":\n")[0].rsplit(", lines ", 1)
    return path, int(lines.split("-")[0])


def read(path: str, first_line: int | None, scene: Scene) -> Step:
    """Read a document, perhaps from a line on."""
    arguments = {"path": path} if first_line is None else {"path": path, "first_line": first_line}
    lines = [scene.say(scene.frame("noise")) for _ in range(scene.draw.randint(1, 5))]
    first, rest = first_line or 1, scene.draw.randint(1, 300)
    text = "\n".join(lines + [f"[{rest} more lines]"] * (rest % 2))
    return Step("read_document", arguments, under_place(path, first, first + len(lines) - 1, text))


def _found(query: str, blocks: Sequence[str]) -> Step:
    return Step("search_documents", {"query": query}, "\n\n".join(blocks))


def _page(thing: str, sentences: Sequence[str], scene: Scene) -> str:
    """Write a page about a thing, a sentence a line, or a part of one."""
    draw = scene.draw
    lines = said_beside(thing, draw.randint(1, 5), draw)
    for sentence in sentences:
        lines.insert(draw.randint(0, len(lines)), sentence)
    first = 1
    if draw.random() < _WITH_HEADING:
        lines = [f"# {thing[0].upper()}{thing[1:]}", "", *lines]
    else:
        first = draw.randint(2, 80)
    return under_place(_path_of(thing, draw), first, first + len(lines) - 1, "\n".join(lines))


def _path_of(thing: str, draw: random.Random) -> str:
    return f"{draw.choice(_FOLDERS)}{as_file_name(thing)}.{draw.choice(('md', 'md', 'txt'))}"


def _passage(sentence: str, scene: Scene) -> str:
    sentences = [_noise(scene) for _ in range(scene.draw.choice((0, 1, 1, 2, 3)))]
    if sentence:
        sentences.insert(scene.draw.randint(0, len(sentences)), sentence)
    return " ".join(sentences or [_noise(scene)])


def _noise(scene: Scene) -> str:
    return Scene(scene.draw).say(scene.frame("noise"))
