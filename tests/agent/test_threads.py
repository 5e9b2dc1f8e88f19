from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from agent.conversations.answer import Answer, Citation, ToolCall, Usage
from agent.conversations.threads import ThreadStore
from agent.errors import FolderUnusableError, StorageError

ANSWER = Answer(
    "0.9",
    confidence=0.8,
    citations=(Citation("a.md", "is 0.9", start=3, end=9, start_line=2, end_line=2, score=0.9),),
    decisions=({"node": "grade", "what": "a.md:1 holds the answer", "probability": 0.9},),
    calls=(ToolCall("calculate", {"expression": "1+1"}, "2"),),
    usage=Usage(10, 2, 4),
    seconds=1.5,
)


@pytest.fixture
def store(tmp_path: Path) -> ThreadStore:
    return ThreadStore(tmp_path / "deep" / "homespun.sqlite", keep=3)


def test_nothing_is_written_before_the_first_thread(store: ThreadStore, tmp_path: Path) -> None:
    assert store.threads() == []
    assert store.find("x") is None
    assert list(tmp_path.iterdir()) == []


def test_turns_survive_as_they_were(store: ThreadStore) -> None:
    thread = store.create("What is\nit?", [Path("/docs")])
    number = store.ask(thread, "What is\nit?")
    store.answer(thread, number, ANSWER)
    store.ask(thread, "And then?")
    first, second = store.turns(thread)
    assert first.answer == ANSWER
    assert second.answer is None
    [listed] = store.threads()
    assert (listed.title, listed.folders, listed.turns) == ("What is it?", ("/docs",), 2)


def test_undo_takes_the_last_turn(store: ThreadStore) -> None:
    thread = store.create("a", [])
    store.ask(thread, "a")
    store.ask(thread, "b")
    undone = store.undo(thread)
    assert undone is not None
    assert undone.question == "b"
    assert [turn.question for turn in store.turns(thread)] == ["a"]
    assert store.ask(thread, "c") == 2


def test_a_fork_goes_its_own_way(store: ThreadStore) -> None:
    thread = store.create("a", [Path("/docs")])
    store.answer(thread, store.ask(thread, "a"), ANSWER)
    copy = store.fork(thread)
    store.ask(copy, "only here")
    assert [turn.question for turn in store.turns(thread)] == ["a"]
    assert [turn.question for turn in store.turns(copy)] == ["a", "only here"]
    assert store.turns(copy)[0].answer == ANSWER


def test_a_fork_of_the_oldest_thread_keeps_the_original(tmp_path: Path) -> None:
    store = ThreadStore(tmp_path / "threads.sqlite", keep=2)
    oldest = store.create("a", [])
    store.answer(oldest, store.ask(oldest, "a"), ANSWER)
    other = store.create("b", [])
    copy = store.fork(oldest)
    assert [store.turns(thread)[0].answer for thread in (oldest, copy)] == [ANSWER, ANSWER]
    assert other in {thread.id for thread in store.threads()}


def test_threads_are_found_by_id_and_title(store: ThreadStore) -> None:
    thread = store.create("first", [])
    store.rename(thread, "My thread")
    found = [store.find(name) for name in (thread, "My thread")]
    assert [each.id for each in found if each] == [thread] * 2
    assert store.find("") is None
    assert store.find("zzz") is None


def test_the_beginning_of_an_id_is_no_name(store: ThreadStore) -> None:
    thread = store.create("first", [])
    assert store.find(thread[:1]) is None
    with pytest.raises(StorageError, match="There is no conversation"):
        store.named(thread[:7])
    begun = store.begun(thread[:1])
    assert begun is not None
    assert begun.id == thread
    assert store.begun("") is None
    assert store.begun("zzz") is None


def test_a_title_of_several_threads_names_none(store: ThreadStore) -> None:
    first, second = (store.create("Same question?", []) for _ in range(2))
    with pytest.raises(
        StorageError, match=f"2 conversations are called 'Same question\\?'.*{second} was used"
    ):
        store.named("Same question?")
    store.rename(second, first)  # a title that is an id
    assert store.named(first).id == first


def test_only_the_latest_threads_are_kept(store: ThreadStore) -> None:
    threads = [store.create(f"question {number}", []) for number in range(5)]
    assert {thread.id for thread in store.threads()} == set(threads[-3:])


def test_two_programs_share_the_file(tmp_path: Path) -> None:
    file = tmp_path / "threads.sqlite"
    thread = ThreadStore(file).create("a", [])
    errors: list[Exception] = []

    def work() -> None:
        own = ThreadStore(file)
        try:
            for number in range(10):
                own.ask(thread, str(number))
        except Exception as error:  # for the test itself to raise
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert [turn.number for turn in ThreadStore(file).turns(thread)] == list(range(1, 41))


def test_a_program_waits_for_another_that_makes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "threads.sqlite"
    errors: list[Exception] = []

    def begin() -> None:
        try:
            ThreadStore(file).create("a", [])
        except StorageError as error:  # for the test itself to raise
            errors.append(error)

    worker = threading.Thread(target=begin)
    with FileLock(f"{file}.lock"):
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")  # SQLite's own patience does not cover the change to WAL
        worker.start()
        worker.join(0.1)
        other.close()
    worker.join()
    assert errors == []


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "threads.sqlite"
    file.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StorageError, match="cannot be used"):
        ThreadStore(file).threads()


def test_the_file_is_private(store: ThreadStore, tmp_path: Path) -> None:
    store.create("a", [])
    assert (tmp_path / "deep" / "homespun.sqlite").stat().st_mode & 0o077 == 0


def test_a_database_of_another_kind_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "threads.sqlite"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE threads (x)")
    connection.close()
    with pytest.raises(StorageError, match="cannot be used"):
        ThreadStore(file).create("a", [])


def test_the_folders_that_are_left_of_a_thread(store: ThreadStore, tmp_path: Path) -> None:
    left, gone = tmp_path, tmp_path / "gone"
    for number, folders in enumerate(([left, gone], [gone], [])):
        store.create(str(number), folders)
    nothing, lost, partly = store.threads()
    assert (partly.folders_left(), nothing.folders_left()) == ([left], [])
    with pytest.raises(FolderUnusableError, match=f"'1' is there any more .{gone}.: put one back"):
        lost.folders_left()


def test_a_thread_is_about_the_folders_that_were_asked_last(store: ThreadStore) -> None:
    thread = store.create("a", [Path("/docs")])
    store.ask(thread, "a", [Path("/docs")])
    store.ask(thread, "b", [Path("/other")])
    store.ask(thread, "c")
    assert store.threads()[0].folders == ("/other",)
