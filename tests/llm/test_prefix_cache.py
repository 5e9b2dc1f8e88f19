"""What is remembered of earlier prompts, and which slot is given up for a new one."""

from __future__ import annotations

import threading

import torch

from llm.inference.prefix_cache import WORTH_COPYING, PrefixCache, Slot
from llm.model.config import ModelConfig
from llm.model.kv_cache import KeyValueCache


def make_cache() -> PrefixCache:
    config = ModelConfig(
        vocab_size=8, hidden_size=8, num_hidden_layers=1, head_dim=4, max_position_embeddings=64
    )
    return PrefixCache(lambda: KeyValueCache(config), slots=2)


def fill(slot: Slot, tokens: list[int]) -> None:
    slot.cache.keys[..., : len(tokens), :] = torch.tensor(tokens).view(-1, 1).float()
    slot.cache.values[..., : len(tokens), :] = -slot.cache.keys[..., : len(tokens), :]
    slot.cache.length = len(tokens)
    slot.tokens = list(tokens)


def held(slot: Slot) -> list[float]:
    return slot.cache.keys[0, 0, 0, : slot.cache.length, 0].tolist()


def test_a_continued_conversation_takes_its_slot_back() -> None:
    prefixes = make_cache()
    slot = prefixes.take([1, 2, 3])
    assert slot.tokens == []
    fill(slot, [1, 2, 3])
    prefixes.put_back(slot)
    again = prefixes.take([1, 2, 3, 4])
    assert again is slot
    assert held(again) == [1, 2, 3]


def test_a_shared_beginning_is_copied_and_the_original_stays() -> None:
    prefixes, beginning = make_cache(), list(range(20))
    first = prefixes.take([*beginning, 50])
    fill(first, [*beginning, 50])
    prefixes.put_back(first)
    second = prefixes.take([*beginning, 60, 61])
    assert second is not first
    assert held(second) == second.tokens == beginning
    prefixes.put_back(second)
    assert prefixes.take([*beginning, 50, 51]) is first


def test_only_whole_blocks_that_were_read_as_such_are_reused() -> None:
    prefixes = PrefixCache(make_cache()._new_cache, slots=2, block=4)
    slot = prefixes.take(list(range(11)))
    fill(slot, [*range(11), 90, 91])
    slot.steady = 8
    prefixes.put_back(slot)
    again = prefixes.take([*range(11), 90, 91, 92])
    assert again is slot  # what is given up of it, no prompt could have reused
    assert held(again) == [*range(8)]
    assert again.steady == 8
    prefixes.put_back(again)
    shorter = prefixes.take([*range(7), 50])
    assert held(shorter) == []


def test_the_least_recently_used_slot_is_given_up() -> None:
    prefixes = make_cache()
    slots = []
    for start in (10, 20):
        slot = prefixes.take([start, 1])
        fill(slot, [start, 1])
        slots.append(slot)
    for slot in slots:
        prefixes.put_back(slot)
    assert prefixes.take([30, 1]) is slots[0]
    assert prefixes.take([20, 1, 2]) is slots[1]


def test_the_last_token_of_a_prompt_is_always_read() -> None:
    prefixes = make_cache()
    slot = prefixes.take([1, 2, 3])
    fill(slot, [1, 2])
    prefixes.put_back(slot)
    assert prefixes.take([1, 2]).tokens != [1, 2]


def test_the_slot_that_is_copied_from_is_not_the_one_given_up() -> None:
    prefixes, beginning = make_cache(), list(range(WORTH_COPYING))
    for tokens in ([*beginning, 50], [70, 71]):
        slot = prefixes.take(tokens)
        fill(slot, tokens)
        prefixes.put_back(slot)
    copied = prefixes.take([*beginning, 60])
    assert held(copied) == copied.tokens == beginning
    prefixes.put_back(copied)
    assert held(prefixes.take([*beginning, 50, 51])) == [*beginning, 50]


def test_what_is_copied_are_keys_and_values_of_whole_blocks() -> None:
    prefixes = PrefixCache(make_cache()._new_cache, slots=2, block=4)
    tokens = list(range(24))
    slot = prefixes.take(tokens)
    fill(slot, tokens)
    slot.steady = 24
    prefixes.put_back(slot)
    copied = prefixes.take([*range(19), 50])
    assert (copied.tokens, copied.steady) == ([*range(16)], 16)
    assert held(copied) == copied.tokens
    assert copied.cache.values[0, 0, 0, :16, 0].tolist() == [-float(token) for token in range(16)]
    copied.cache.keys.zero_()
    assert held(slot) == tokens  # a copy of its own


def test_little_that_is_shared_is_read_again() -> None:
    prefixes, beginning = make_cache(), list(range(WORTH_COPYING - 1))
    slot = prefixes.take([*beginning, 50])
    fill(slot, [*beginning, 50])
    prefixes.put_back(slot)
    other = prefixes.take([*beginning, 60])
    assert other is not slot
    assert (held(other), other.tokens, other.steady) == ([], [], 0)


def test_a_reply_that_the_garbage_collector_ends_may_give_its_slot_back_meanwhile() -> None:
    cache = make_cache()
    abandoned = cache.take([1, 2, 3])
    make = cache._new_cache

    def collected() -> KeyValueCache:
        cache.put_back(abandoned)
        return make()

    cache._new_cache = collected
    thread = threading.Thread(target=cache.take, args=([5, 6],), daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def test_what_is_forgotten_is_read_again() -> None:
    prefixes = make_cache()
    slot = prefixes.take([1, 2])
    fill(slot, [1, 2])
    prefixes.put_back(slot)
    prefixes.clear()
    assert prefixes.take([1, 2, 3]).tokens == []
