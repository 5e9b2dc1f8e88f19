from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from llm.errors import ContextOverflowError
from llm.inference.engine import Engine
from llm.inference.generation import Completion, Finish, Token
from llm.inference.projection import is_quantisation_faster
from llm.inference.sampling import GenerationSettings
from llm.model.gpt import GPT
from llm.tokenization.template import ChatTemplate


def prompt_of(engine: Engine, text: str) -> list[int]:
    return ChatTemplate(engine.tokenizer).encode([{"role": "user", "content": text}])


def ids(completion: Completion) -> list[int]:
    return [token.id for token in completion.tokens]


REPETITIVE = "Copy: the capital of Norway is Oslo, the capital of Norway is Oslo, the capital of Norway is"


@pytest.mark.parametrize("text", ["Hello", REPETITIVE, "1 2 3 1 2 3 1 2"])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_speculation_does_not_change_the_reply(engine: Engine, text: str, temperature: float) -> None:
    prompt = prompt_of(engine, text)
    plain, guessed = (
        engine.complete(
            prompt,
            GenerationSettings(max_tokens=200, temperature=temperature, seed=5, speculate=speculate),
        )
        for speculate in (False, True)
    )
    assert ids(plain) == ids(guessed)
    assert plain.text == guessed.text


def test_speculation_saves_passes_on_text_that_repeats(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = 0
    states = engine.model.states

    def count(*args: Any, **kwargs: Any) -> torch.Tensor:
        nonlocal passes
        passes += 1
        return states(*args, **kwargs)

    monkeypatch.setattr(engine.model, "states", count)
    passage = "The capital of Norway is Oslo, a city of 709,037 people at the head of a fjord."
    held = engine.constraints.regex(passage.replace(".", r"\."))
    constrained = engine.complete(prompt_of(engine, "?"), constraint=held)
    assert constrained.text == passage
    assert passes <= 2  # every token is forced, so none is waited for


def test_the_same_seed_gives_the_same_reply_and_another_a_different_one(engine: Engine) -> None:
    prompt = prompt_of(engine, "Hello")
    texts = [
        engine.complete(prompt, GenerationSettings(temperature=1.0, seed=seed)).text for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_a_warm_cache_does_not_change_the_reply(engine: Engine) -> None:
    prompts = [prompt_of(engine, "A long shared beginning of the text, " * 3 + end) for end in "abcab"]
    cold = []
    for prompt in prompts:
        engine.forget()
        cold.append(engine.complete(prompt))
    engine.forget()
    warm = [engine.complete(prompt) for prompt in prompts]
    assert [ids(one) for one in warm] == [ids(one) for one in cold]
    assert all(one.finish.cached_tokens == 0 for one in cold)
    assert all(one.finish.cached_tokens > 16 for one in warm[1:])


def test_concurrent_callers_get_their_own_replies(engine: Engine) -> None:
    prompts = [prompt_of(engine, text) for text in ("Hello", "Oslo", "1 2 3", "Grüße", "yes", "no")]
    alone = [ids(engine.complete(prompt)) for prompt in prompts]
    together: dict[int, list[int]] = {}

    def ask(number: int) -> None:
        together[number] = ids(engine.complete(prompts[number]))

    threads = [threading.Thread(target=ask, args=[number]) for number in range(len(prompts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[n] for n in range(len(prompts))] == alone


def test_an_unfinished_reply_blocks_nobody(engine: Engine) -> None:
    prompt = prompt_of(engine, "Hello")
    whole = ids(engine.complete(prompt))
    unfinished = engine.generate(prompt)
    first = next(unfinished)
    assert ids(engine.complete(prompt)) == whole
    rest = [event.id for event in unfinished if isinstance(event, Token)]
    assert isinstance(first, Token)
    assert [first.id, *rest] == whole


def test_a_batch_gives_the_replies_of_its_prompts(engine: Engine) -> None:
    prompts = [prompt_of(engine, text) for text in ("Hello", "Oslo " * 20, "1 2 3", "Grüße aus Köln")]
    choice = engine.constraints.choice(["yes", "no", "documents"])
    held = [None, None, choice, None]
    settings = GenerationSettings(max_tokens=30)
    batch = engine.complete_batch(prompts, settings, held)
    alone = [engine.complete(*pair) for pair in zip(prompts, [settings] * 4, held, strict=True)]
    assert [ids(one) for one in batch] == [ids(one) for one in alone]
    assert [one.text for one in batch] == [one.text for one in alone]
    assert batch[2].text in (" yes", " no", " documents")
    assert [one.finish.reason for one in batch] == [one.finish.reason for one in alone]


@pytest.mark.parametrize("quantised", [False, True])
def test_long_prompts_are_read_alike_alone_warm_in_a_batch_and_with_drafts(
    engine: Engine, weights: Path, quantised: bool
) -> None:
    fresh = Engine(GPT.from_pretrained(weights), engine.tokenizer, quantised=quantised)
    prompts = [
        prompt_of(engine, REPETITIVE * 3 + ending) for ending in ("", " Oslo", " a city of 709", "!" * 31)
    ]
    settings = GenerationSettings(max_tokens=40)
    warm = [ids(fresh.complete(prompt, settings)) for prompt in prompts * 2][len(prompts) :]
    cold, plain = [], []
    for prompt in prompts:
        fresh.forget()
        cold.append(ids(fresh.complete(prompt, settings)))
        fresh.forget()
        plain.append(ids(fresh.complete(prompt, replace(settings, speculate=False))))
    batch = [ids(one) for one in fresh.complete_batch(prompts, settings)]
    assert cold == plain == warm == batch


def test_an_empty_batch_is_nothing(engine: Engine) -> None:
    assert engine.complete_batch([]) == []


def test_choices_are_scored_as_the_model_scores_their_tokens(engine: Engine) -> None:
    prompts = [prompt_of(engine, text) for text in ("Hello", "A rather longer prompt, to be padded", "x")]
    choices = [engine.tokenizer.encode(text) for text in ("yes", "documents tools", "no such thing")]
    scores = engine.choice_logprobs(prompts, choices)
    for row, prompt in enumerate(prompts):
        for column, choice in enumerate(choices):
            tokens = torch.tensor([prompt + choice])
            logprobs = engine.model.logits(engine.model.states(tokens))[0].log_softmax(-1)
            expected = sum(
                float(logprobs[len(prompt) + place - 1, token]) for place, token in enumerate(choice)
            )
            assert float(scores[row, column]) == pytest.approx(expected, abs=0.05)
    alone = torch.cat([engine.choice_logprobs([prompt], [choices[0]]) for prompt in prompts])
    together = engine.choice_logprobs(prompts, [choices[0]])
    # Sums of integers are exact; those of floating point depend on what is summed beside them.
    assert torch.equal(alone, together) if is_quantisation_faster() else torch.allclose(alone, together)


def test_choices_can_be_scored_among_some_tokens(engine: Engine) -> None:
    prompt, tokens = prompt_of(engine, "Hello"), [5, 7, 9]
    alone = [[token] for token in tokens]
    shares = engine.choice_logprobs([prompt], alone, among=tokens)[0].exp()
    of_all = engine.choice_logprobs([prompt], alone)[0].exp()
    assert torch.allclose(shares, of_all / of_all.sum(), atol=1e-4)
    firsts = engine.choice_logprobs([prompt, *([*prompt, token] for token in tokens)], alone, tokens)
    longer = engine.choice_logprobs([prompt], [[5, 9], [7, 7]], tokens)[0]
    assert torch.allclose(
        longer, torch.stack([firsts[0, 0] + firsts[1, 2], firsts[0, 1] + firsts[2, 1]]), atol=0.05
    )


def test_many_prompts_are_scored_in_groups(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = [prompt_of(engine, "word " * length) for length in (30, 2, 17, 5, 40)]
    choices = [[5], [7]]
    whole = engine.choice_logprobs(prompts, choices)
    monkeypatch.setattr("llm.inference.decisions.BATCH_TOKENS", 64)
    assert torch.allclose(engine.choice_logprobs(prompts, choices), whole, atol=1e-4)


def test_a_reply_ends_where_the_context_does(engine: Engine) -> None:
    prompt = [5] * (engine.context_length - 3)
    completion = engine.complete(prompt, GenerationSettings(max_tokens=100))
    assert len(completion.tokens) == 3
    assert completion.finish.reason == "length"
    with pytest.raises(ContextOverflowError) as error:
        engine.complete([5] * engine.context_length)
    assert error.value.prompt_tokens == error.value.context_length == engine.context_length


def test_what_must_follow_ends_where_the_context_does(engine: Engine) -> None:
    held = engine.constraints.choice(["The capital of Norway is Oslo, a city of 709,037 people."])
    completion = engine.complete([5] * (engine.context_length - 2), constraint=held)
    assert (len(completion.tokens), completion.finish.reason) == (2, "length")
    last = engine.complete([5] * (engine.context_length - 1))
    assert (len(last.tokens), last.finish.reason) == (1, "length")


def test_scored_choices_fit_into_the_context_or_are_refused(engine: Engine) -> None:
    full = [5] * engine.context_length
    assert engine.choice_logprobs([full], [[7]]).shape == (1, 1)  # its score is read after the prompt
    assert engine.choice_logprobs([full[:-1], [5]], [[7], [7, 8]]).shape == (2, 2)
    with pytest.raises(ContextOverflowError) as error:
        engine.choice_logprobs([[5], full], [[7], [7, 8]])
    assert (error.value.prompt_tokens, error.value.context_length) == (len(full), engine.context_length)


def test_a_cancelled_reply_ends_before_its_next_token(engine: Engine) -> None:
    prompt, cancelled = prompt_of(engine, "Hello"), threading.Event()
    settings = GenerationSettings(max_tokens=12, speculate=False)
    whole = ids(engine.complete(prompt, settings))
    begun = []
    for event in engine.generate(prompt, settings, cancelled=cancelled):
        begun.append(event)
        if len(begun) == 2:
            cancelled.set()
    *tokens, finish = begun
    assert [token.id for token in tokens if isinstance(token, Token)] == whole[:2]
    assert isinstance(finish, Finish)
    assert finish.reason == "cancelled"
    none, neither = engine.complete_batch([prompt, [5]], settings, cancelled=cancelled)
    assert none.tokens == neither.tokens == []
    assert none.finish.reason == "cancelled"
    assert ids(engine.complete(prompt, settings)) == whole


def test_free_text_holds_no_special_tokens(engine: Engine) -> None:
    for seed in range(10):
        completion = engine.complete(
            prompt_of(engine, "Hello"), GenerationSettings(temperature=5.0, seed=seed, max_tokens=100)
        )
        assert not any(engine.tokenizer.is_special(token) for token in ids(completion))


def test_the_finish_counts_what_was_read_and_written(engine: Engine) -> None:
    prompt = prompt_of(engine, "Hello")
    *tokens, finish = engine.generate(prompt, GenerationSettings(max_tokens=7))
    assert isinstance(finish, Finish)
    assert (finish.prompt_tokens, finish.output_tokens) == (len(prompt), len(tokens)) == (len(prompt), 7)


def test_an_empty_prompt_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        engine.complete([])
