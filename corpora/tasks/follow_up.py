"""Follow-ups and slips of the tongue made from plain questions, and how each reads alone.

Three kinds: a name that the conversation gave before becomes a pronoun; "And X?" asks the last
question of something else; a question is begun wrongly and mended while it is said. The plain question
is the reply in every case, so what is learned is to copy it from where its parts stand.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corpora.wells import Row
from corpora.worlds import names
from corpora.worlds.facts import KINDS

WELL = "synthetic-follow-ups"

NAME = re.compile(r"(?<=\w )(?:[A-Z][\w.'-]*\w)(?: (?:of |the |de )?[A-Z][\w.'-]*\w)*")
"""A name inside a question: capitalised words, not the first word."""

PRONOUNS = (("it", "its"), ("they", "their"), ("he", "his"), ("she", "her"), ("this", "its"))
"""A pronoun and its possessive."""

FILLERS = (
    *("no", "no wait", "er no", "uh", "um", "I mean"),
    *("sorry", "or rather", "no sorry", "hmm no", "ugh no no"),
)

LONGEST_QUESTION = 160
"""Characters."""

_SHORT = (
    "{when} was that?", "{when} was it?", "{when} is it?", "{when} was it {done}?",
    "{when} were they {done}?", "{when} is it {done}?", "{when} does it {do}?", "{when} did it {do}?",
    "{when} did they {do}?", "Who was it?", "Who was that?", "Who {did} it?", "Who else {did} it?",
    "Whose is it?", "Is it still {done}?", "Is it {done} today?", "Was it {done} later?", "Which one?",
    "Which one is the {most}?", "Which is the {most}?", "And {name}?", "and {name}?", "And the {name}?",
    "What about {name}?", "How about {name}?", "And for {name}?", "And in {year}?", "and in {year}?",
    "And the {part}?", "and its {part}?", "What's its {part}?", "What is its {part}?",
    "What is the {part} of it?", "In which year?", "in what year?", "Since when?", "Until when?",
    "How many?", "How much?", "how many of them?", "How long?", "How large is it?", "How so?", "What for?",
    "By whom?", "With what?", "What else?", "What else did they {do}?", "And before that?",
    "And after that?", "And then?", "Any other {part}?", "What is the other one?",
    "What about the other one?", "And the first one?",
)  # fmt: skip
_WORDS = {
    "when": "When|Where|Why|How|when|where|why|how",
    "done": "used|built|made|called|found|written|published|introduced|sold|measured|chosen|trained|invented",
    "do": "work|begin|end|cost|change|happen|help|fail|grow|need|say|mean",
    "did": "built|made|found|wrote|published|introduced|invented|bought|proposed|described",
    "most": "best|largest|oldest|most popular|fastest|cheapest|smallest|first|usual one",
    "part": "price|size|name|author|default|length|advantage|drawback|weight|owner|purpose|limit|date",
}
_UNMARKED = 0.15
"""Share of the short ones without a question mark."""
_SLOT = re.compile(r"\{(\w+)\}")


def follow_ups(questions: Sequence[Row], count: int, seed: int) -> Iterator[Row]:
    """Yield rows like those of `rewrite.jsonl`: history, question, standalone.

    Args:
        questions: Rows of `qa.jsonl`; questions over one passage make a conversation.
        count: Rows to make, about a third of each kind.
        seed: Makes the choices repeatable.
    """
    draw = random.Random(seed)
    by_passage: dict[str, list[Row]] = defaultdict(list)
    for row in questions:
        if row["answers"] and len(row["question"]) < LONGEST_QUESTION:
            by_passage[row["passage"]].append(row)
    groups = [rows for rows in by_passage.values() if len(rows) > 1]
    made = 0
    while groups and made < count:
        for row in (*_of_group(draw.choice(groups), draw), _of_world(draw)):
            yield row
            made += 1


def short_follow_ups(count: int, seed: int) -> Iterator[str]:
    """Yield follow-ups that say next to nothing by themselves, such as “And the price?”."""
    draw = random.Random(seed)

    def drawn(slot: re.Match[str]) -> str:
        if slot[1] == "name":
            return draw.choice(KINDS).draw(draw)
        return names.year(draw) if slot[1] == "year" else draw.choice(_WORDS[slot[1]].split("|"))

    for _ in range(count):
        asked = _SLOT.sub(drawn, draw.choice(_SHORT))
        yield asked.rstrip("?") if draw.random() < _UNMARKED else asked


def _of_group(rows: Sequence[Row], draw: random.Random) -> Iterator[Row]:
    rows = draw.sample(rows, len(rows))
    for first, second in pairwise(rows):
        if row := _with_pronoun(first, second, draw):
            yield row
            break
    yield _with_slip(rows[0], rows[1], draw)


def _with_pronoun(first: Row, second: Row, draw: random.Random) -> Row | None:
    """Replace a name of the second question that the first exchange holds."""
    said = f"{first['question']} {first['answers'][0]}"
    known = [match for match in NAME.finditer(second["question"]) if match.group() in said]
    if not known:
        return None
    match = max(known, key=lambda found: len(found.group()))
    subject, possessive = draw.choice(PRONOUNS)
    question, end = second["question"], match.end()
    if question.startswith("'s", end):
        subject, end = possessive, end + 2
    start = match.start() - 4 if question[: match.start()].endswith(" the ") else match.start()
    asked = question[:start] + subject + question[end:]
    return _row(_exchange(first["question"], first["answers"][0]), asked, question)


def _with_slip(row: Row, other: Row, draw: random.Random) -> Row:
    """Begin with words that belong to another question, then mend it."""
    words, strange = row["question"].split(), other["question"].rstrip("?").split()
    filler = draw.choice(FILLERS)
    if draw.random() < 0.3:
        begun = strange[: draw.randint(2, max(2, len(strange) // 2))]
        said = [*begun, filler, words[0][:1].lower() + words[0][1:], *words[1:]]
        return _row([], " ".join(said), row["question"])
    place = draw.randint(1, max(1, len(words) - 1))
    length = draw.randint(1, 3)
    start = draw.randrange(max(1, len(strange) - length))
    said = [*words[:place], *strange[start : start + length], filler, *words[place:]]
    return _row([], " ".join(said), row["question"])


def _of_world(draw: random.Random) -> Row:
    """Ask for two things of an invented world: the same attribute of another, or another of the same."""
    kind = draw.choice(KINDS)
    first, second = kind.draw(draw), kind.draw(draw)
    attribute, other = draw.choice(kind.attributes), draw.choice(kind.attributes)
    history = _exchange(draw.choice(attribute.questions).format(thing=first), attribute.draw(draw))
    asked = draw.choice(attribute.questions)
    if draw.random() < 0.5:
        history = _exchange(asked.format(thing=first), attribute.draw(draw))
        short = draw.choice(("And {}?", "What about {}?", "and {}?", "How about {}?", "And for {}?"))
        return _row(history, short.format(second), asked.format(thing=second))
    asked = draw.choice(other.questions)
    subject, possessive = draw.choice(PRONOUNS)
    plain = re.sub(r"\bthe \{thing\}", "{thing}", asked)
    spoken = plain.replace("{thing}'s", possessive).replace("{thing}", subject)
    return _row(history, spoken, asked.format(thing=first))


def _exchange(question: str, answer: str) -> list[Row]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def _row(history: list[Row], question: str, standalone: str) -> Row:
    return {
        "source": WELL,
        "history": history,
        "question": question,
        "standalone": standalone,
    }


def is_resolvable(row: Row) -> bool:
    """Whether the words of the plain question can be found in the conversation.

    Some rows of the wells name what only the title of the article would tell; to learn from them is to
    learn to make names up.
    """
    said = " ".join(message["content"] for message in row["history"]) + " " + row["question"]
    names = NAME.findall(row["standalone"])
    return all(word.lower() in said.lower() for name in names for word in name.split())
