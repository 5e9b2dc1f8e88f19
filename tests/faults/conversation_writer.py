"""Ask without end, saying each turn once it is saved: python -m tests.faults.conversation_writer FILE."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from agent.conversations.answer import Answer
from agent.conversations.threads import ThreadStore
from agent.parts.memory import Memory


def main() -> None:
    file = Path(sys.argv[1])
    store, memory = ThreadStore(file), Memory(file.with_name("memory.sqlite"))
    thread = store.create("first", [])
    for number in count(1):
        store.answer(thread, store.ask(thread, f"question {number}"), Answer(f"answer {number}"))
        memory.remember(f"fact {number}")
        print(thread, number, flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main()
