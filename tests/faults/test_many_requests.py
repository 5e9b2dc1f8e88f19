"""Many callers at once, and many questions one after the other."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from agent.assembly import Assembly
from agent.conversations.events import Finished
from agent.conversations.session import Session
from agent.conversations.threads import ThreadStore
from llm.inference.engine import Engine
from llm.inference.sampling import GenerationSettings
from llm.weights_folder import load_engine
from tests.faults.conftest import times
from tests.llm import conftest as of_llm
from tests.llm.conftest import write_tiny_model

weights = of_llm.weights  # a fixture
CALLERS = 24


def test_callers_of_the_server(tmp_path: Path, folder: Path) -> None:
    """24 callers of `python main.py serve` at once all get a whole reply or an honest 429; it then serves on.

    Its queue holds 16, one is answered at a time: at least 17 are answered.
    """
    model = write_tiny_model(tmp_path / "tiny")
    command = [
        sys.executable,
        "main.py",
        "serve",
        "--port",
        "0",
        "--docs",
        str(folder),
        "--model",
        str(model),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            announced = next(
                line for line in server.stderr if " at http" in line
            )  # libraries may warn before
            place = announced.split(" at ")[1].strip()
            body = {"messages": [{"role": "user", "content": "Where is Oslo?"}], "max_tokens": 24}
            alone = reply(place, body)
            together = ask_together(place, body)
            assert {status for status, _ in together} <= {200, 429}
            answered = [said for status, said in together if status == 200]
            assert len(answered) >= 17
            assert set(answered) == {alone[1]}, "callers must not disturb each other"
            assert all("try again" in said for status, said in together if status == 429)
            assert reply(place, body) == alone
        finally:
            server.terminate()


def ask_together(place: str, body: dict[str, object]) -> list[tuple[int, str]]:
    replies: list[tuple[int, str]] = []
    barrier = threading.Barrier(CALLERS)

    def call(number: int) -> None:
        barrier.wait()
        replies.append(reply(place, body | {"stream": number % 2 == 1}))

    callers = [threading.Thread(target=call, args=[number]) for number in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(replies) == CALLERS
    return replies


def reply(place: str, body: dict[str, object]) -> tuple[int, str]:
    response = httpx.post(f"{place}/chat/completions", json=body, timeout=240)
    if response.status_code != 200:
        return response.status_code, response.json()["error"]["message"]
    if not body.get("stream"):
        return 200, response.json()["choices"][0]["message"]["content"]
    events = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]
    assert events[-1] == "[DONE]"
    deltas = [json.loads(event)["choices"][0]["delta"] for event in events[:-1]]
    return 200, "".join(delta.get("content") or "" for delta in deltas)


@pytest.mark.skipif(sys.gettrace() is not None, reason="what measures coverage takes memory of its own")
def test_a_long_sitting_takes_no_more_memory(tmp_path: Path, assemble: Callable[..., Assembly]) -> None:
    """Questions asked one after the other in one process leave nothing behind but the turns themselves."""
    questions = times(100, 2000)
    store = ThreadStore(tmp_path / "threads.sqlite")
    session = Session(assemble(workflow="assistant"), store)
    ask(session, questions // 4)  # caches fill
    tracemalloc.start()
    try:
        before = held(session)
        files = open_files()
        threads = threading.active_count()
        ask(session, questions)
        grown = held(session) - before
    finally:
        tracemalloc.stop()
    assert grown < 400 * questions + 200_000, "bytes; a turn that is kept whole takes thousands"
    assert open_files() <= files + 2
    assert threading.active_count() <= threads + 1
    assert session.thread is not None
    assert len(store.turns(session.thread)) == questions + questions // 4


def test_many_replies_of_a_model_take_no_more_memory(weights: Path) -> None:
    """What a model keeps of earlier prompts and grammars is bounded, outside of Python's own memory, too."""
    engine = load_engine(weights)
    replies = times(300, 2000)
    reply_to(engine, range(300))  # caches fill
    before = resident()
    reply_to(engine, range(300, 300 + replies))
    assert resident() - before < 16_000_000, (
        "bytes; what one prompt leaves in the cache takes tens of thousands"
    )


def reply_to(engine: Engine, numbers: range) -> None:
    settings = GenerationSettings(max_tokens=6)
    for number in numbers:
        prompt = engine.tokenizer.encode(f"{number} The capital of Norway is Oslo. " * 8)
        engine.complete(prompt, settings, engine.constraints.choice([f"yes {number}", f"no {number}"]))


def resident() -> int:
    """Return the bytes of real memory that the process holds; 0 where the system does not tell."""
    place = Path("/proc/self/statm")
    return int(place.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if place.exists() else 0


def ask(session: Session, count: int) -> None:
    for number in range(count):
        question = ("How tall is the lighthouse?", "When was the lighthouse built?")[number % 2]
        assert [event for event in session.ask(question) if isinstance(event, Finished)]


def held(session: Session) -> int:
    """Return the bytes that are held, the turns of the conversation set aside."""
    session.turns = session.turns[-1:]
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def open_files() -> int:
    place = Path("/proc/self/fd")
    return len(os.listdir(place)) if place.exists() else 0
