"""What callers share: the lock, the loaded weights, their calibration."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from llm import ChatHomespun
from llm.calibration import Calibration
from llm.errors import WeightsError
from llm.inference.fair_lock import FairLock
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


def test_a_calibration_names_what_was_fitted_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text(json.dumps({"thresholds": {"relevance": 0.3}}))
    assert Calibration.load(tmp_path).thresholds == {"relevance": 0.3}
    assert Calibration.load(tmp_path / "nowhere") == Calibration()
    assert Calibration().probabilities("grade", [-1.0, -1.0]) == [0.5, 0.5]
