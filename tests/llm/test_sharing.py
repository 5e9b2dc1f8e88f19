"""What callers share: the lock, the loaded weights, the remembered prompts."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch

from llm import ChatHomespun
from llm.calibration import DEFAULT_THRESHOLDS, Calibration
from llm.errors import WeightsError
from llm.inference.fair_lock import FairLock
from llm.inference.prefix_cache import PrefixCache, Slot
from llm.model.config import ModelConfig
from llm.model.kv_cache import KeyValueCache
from llm.weights_folder import find_weights, load_engine, unload


def test_waiting_threads_are_served_in_order() -> None:
    lock, served = FairLock(), []
    threads = []

    def work(number: int) -> None:
        with lock:
            served.append(number)

    with lock:
        for number in range(8):
            thread = threading.Thread(target=work, args=(number,))
            thread.start()
            threads.append(thread)
            while len(lock._waiting) <= number:
                pass
        assert served == []
    for thread in threads:
        thread.join()
    assert served == list(range(8))


def test_the_lock_is_free_after_an_error() -> None:
    lock = FairLock()
    with pytest.raises(RuntimeError), lock:
        raise RuntimeError
    with lock:
        assert lock._is_held
    assert not lock._is_held


def make_cache() -> PrefixCache:
    config = ModelConfig(
        vocab_size=8, hidden_size=8, num_hidden_layers=1, head_dim=4, max_position_embeddings=64
    )
    return PrefixCache(lambda: KeyValueCache(config), slots=2)


def fill(slot: Slot, tokens: list[int]) -> None:
    slot.cache.keys[..., : len(tokens), :] = torch.tensor(tokens).view(-1, 1).float()
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


def test_weights_are_loaded_once_for_all(weights: Path) -> None:
    assert ChatHomespun(model=str(weights)).engine is ChatHomespun(model=str(weights), temperature=1.0).engine


def test_unloaded_weights_are_read_again(weights: Path) -> None:
    folder = find_weights(str(weights))
    before = load_engine(folder)
    unload(folder)
    assert load_engine(folder) is not before


def test_the_chat_model_is_imported_without_torch() -> None:
    script = "import sys; from llm import ChatHomespun; ChatHomespun(); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"temperature": {"grade": 0}}', '{"bias": {"grade": "much"}}', '{"bias": 3}']
)
def test_a_damaged_calibration_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(WeightsError, match=r"calibration\.json"):
        Calibration.load(tmp_path)


def test_calibration_keeps_the_thresholds_it_does_not_name(tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text(json.dumps({"thresholds": {"relevance": 0.3}}))
    assert Calibration.load(tmp_path).thresholds == {**DEFAULT_THRESHOLDS, "relevance": 0.3}
    assert Calibration.load(tmp_path / "nowhere") == Calibration()
    assert Calibration().probabilities("grade", [-1.0, -1.0]) == [0.5, 0.5]
