"""Reading two sentences together: grade them, answer from them, check the answer.

The reasoner joins a sentence to what a search for its words has found; see `graphs.reasoner.chain`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from corpora.example import Example, example
from corpora.passages import passage
from corpora.worlds.chains import WELL, Chain
from graphs import prompts


def chain_examples(chain: Chain, draw: random.Random) -> Iterator[Example]:
    """Yield the examples of a chain.

    Args:
        chain: The question and its sentences.
        draw: Source of randomness.
    """
    question = chain.question
    quotation = f"{chain.first}\n{chain.second}"
    wrong_first, wrong_second = draw.choice(chain.beside_first), draw.choice(chain.beside_second)
    pairs = [(chain.first, chain.second), (chain.first, wrong_second)]
    pairs.append(draw.choice(((wrong_first, chain.second), (wrong_first, wrong_second))))
    for pair in pairs:
        reply = prompts.YES if pair == pairs[0] else prompts.NO
        yield example("grade", WELL, prompts.grade(question, passage(" ".join(pair))), reply)
    alone = draw.choice((chain.first, wrong_first))
    yield example("grade", WELL, prompts.grade(question, passage(alone)), prompts.NO)
    yield example("answer", WELL, prompts.answer(question, quotation), chain.answer)
    yield example("check", WELL, prompts.check(question, quotation, chain.answer), prompts.YES)
    wrong = f"{chain.first}\n{wrong_second}"
    span = draw.choice(wrong_second.rstrip(".").split(" ", 1))
    yield example("check", WELL, prompts.check(question, wrong, span), prompts.NO)
