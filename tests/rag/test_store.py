"""What the index file remembers: which files it holds, how they looked, what was in them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import IndexDamagedError, IndexUnwritableError, RagError
from rag.splitter import Chunk
from rag.storage.store import IndexedFile, KnownFile, Store, StoredDocument
from rag.walk import FileStamp

STAMP = FileStamp(size=24, mtime_ns=1_700_000_000_000_000_001, ctime_ns=1_700_000_000_000_000_002)
TEXT = "Größe: wie\r\nimmer.\n\nEnd\0e"
CHUNKS = (
    Chunk(0, 18, 1, 2, 7, ("Office", "Hours")),
    Chunk(20, 25, 4, 4, None, ()),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "index.sqlite3")
    yield opened
    opened.close()


def document(
    path: str, text: str = TEXT, keys: tuple[bytes, bytes] = (b"first", b"second")
) -> StoredDocument:
    return StoredDocument(path, STAMP, f"digest of {path}", "markdown", "utf-8", text, CHUNKS, keys)


def put(store: Store, *documents: StoredDocument) -> None:
    with store.transaction():
        for one in documents:
            store.replace(one)


def found(store: Store, word: str) -> list[str]:
    rows = store.rows(
        "SELECT path FROM words JOIN chunks ON chunks.id = words.rowid"
        " JOIN documents ON documents.id = document WHERE words MATCH ? ORDER BY path",
        [word],
    )
    return [path for (path,) in rows]


def test_a_file_is_known_as_it_was_indexed(store: Store) -> None:
    put(store, document("b.md"), document("a.md"))
    known = store.known_files()
    assert known == {
        path: KnownFile(known[path].id, STAMP, f"digest of {path}", None) for path in ("a.md", "b.md")
    }
    assert store.files() == [
        IndexedFile(path, "markdown", "utf-8", chunks=2, size=24) for path in ("a.md", "b.md")
    ]
    assert store.text("a.md") == TEXT
    assert store.count_chunks() == 4


def test_chunks_keep_their_places(store: Store) -> None:
    put(store, document("a.md"))
    assert store.rows(
        "SELECT ordinal, start, end, start_line, end_line, page, heading, text, vector FROM chunks"
    ) == [
        (0, 0, 18, 1, 2, 7, "Office > Hours", TEXT[0:18], b"first"),
        (1, 20, 25, 4, 4, None, "", TEXT[20:25], b"second"),
    ]


def test_each_chunk_needs_its_vector(store: Store) -> None:
    with pytest.raises(ValueError, match="zip"):
        put(store, document("a.md", keys=(b"only",)))
    assert store.known_files() == {}


def test_a_changed_file_takes_the_place_of_the_old_one(store: Store) -> None:
    put(store, document("a.md"), document("b.md"))
    put(store, document("a.md", text="Quite another sentence it is."))
    assert [file.path for file in store.files()] == ["a.md", "b.md"]
    assert store.text("a.md") == "Quite another sentence it is."
    assert store.text("b.md") == TEXT
    assert found(store, "größe") == ["b.md"]
    assert found(store, "another") == ["a.md"]
    assert store.count_chunks() == 4


def test_a_failed_file_is_known_with_its_reason_and_not_found(store: Store) -> None:
    put(store, document("a.md"), document("b.md"))
    with store.transaction():
        store.fail("a.md", STAMP, "its digest", "is damaged")
        store.fail("c.pdf", FileStamp(1, 2, 3), None, "is locked")
    known = store.known_files()
    assert known["a.md"] == KnownFile(known["a.md"].id, STAMP, "its digest", "is damaged")
    assert known["c.pdf"] == KnownFile(known["c.pdf"].id, FileStamp(1, 2, 3), None, "is locked")
    assert [file.path for file in store.files()] == ["b.md"]
    assert store.text("a.md") is None
    assert found(store, "größe") == ["b.md"]


def test_a_removed_file_is_forgotten_and_no_other(store: Store) -> None:
    put(store, document("a.md"), document("b.md"))
    store.rows("DELETE FROM outbox")
    gone = {number for (number,) in store.rows("SELECT chunks.id FROM chunks WHERE document = 1")}
    with store.transaction():
        store.remove("a.md")
        store.remove("never.md")
    assert store.known_files().keys() == {"b.md"}
    assert found(store, "größe") == ["b.md"]
    assert store.text("a.md") is None
    assert {number for (number,) in store.rows("SELECT chunk FROM outbox")} == gone != set()


def test_a_new_stamp_is_noted_for_one_file(store: Store) -> None:
    put(store, document("a.md"), document("b.md"))
    before = store.known_files()
    store.touch(before["a.md"].id, FileStamp(1, 2, 3))
    known = store.known_files()
    assert known["a.md"] == KnownFile(before["a.md"].id, FileStamp(1, 2, 3), "digest of a.md", None)
    assert known["b.md"] == before["b.md"]


def test_after_clearing_only_the_vectors_are_left(store: Store) -> None:
    put(store, document("a.md"), document("b.md"))
    store.add_vectors([(b"first", b"1234"), (b"second", b"old"), (b"second", b"5678"), (b"third", b"9")])
    store.drop_unused_vectors()
    with store.transaction():
        store.clear()
    assert store.known_files() == {}
    assert store.files() == []
    assert (store.count_chunks(), found(store, "größe")) == (0, [])
    vectors = "SELECT key, value FROM vectors ORDER BY key"
    assert store.rows(vectors) == [(b"first", b"1234"), (b"second", b"5678")]
    store.drop_unused_vectors()
    assert store.rows(vectors) == []


def test_notes_are_kept_and_replaced(store: Store) -> None:
    assert store.get("settings") == ""
    store.put("settings", "old")
    store.put("settings", "new")
    store.put("generation", "7")
    assert (store.get("settings"), store.get("generation")) == ("new", "7")


def test_an_index_keeps_its_name_and_its_files_when_it_is_opened_again(store: Store, tmp_path: Path) -> None:
    put(store, document("a.md"))
    name, known = store.get("id"), store.known_files()
    store.close()
    again, other = Store(tmp_path / "index.sqlite3"), Store(tmp_path / "other.sqlite3")
    assert again.get("id") == name != ""
    assert other.get("id") not in ("", name)
    assert again.get("schema") == "1"
    assert again.known_files() == known
    again.close()
    other.close()


def test_an_index_of_another_version_is_refused_in_a_sentence(store: Store, tmp_path: Path) -> None:
    store.put("schema", "2")
    store.close()
    with pytest.raises(IndexDamagedError, match=r"another version of the program; delete that folder"):
        Store(tmp_path / "index.sqlite3")


def test_an_index_of_before_there_were_lines_gets_them(store: Store, tmp_path: Path) -> None:
    put(store, document("a.md"))
    store.rows("ALTER TABLE chunks DROP COLUMN lines")
    for _ in range(2):
        again = Store(tmp_path / "index.sqlite3")
        assert again.rows("SELECT lines FROM chunks") == [("[]",), ("[]",)]
        again.close()


def test_a_transaction_happens_wholly_or_not_at_all(store: Store) -> None:
    put(store, document("a.md"))

    def interrupted() -> None:
        with store.transaction():
            store.replace(document("b.md"))
            store.remove("a.md")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.known_files().keys() == {"a.md"}
    put(store, document("b.md"))  # and the next one begins anew
    assert store.known_files().keys() == {"a.md", "b.md"}


def test_another_reader_sees_what_is_finished_and_keeps_nobody_from_writing(
    store: Store, tmp_path: Path
) -> None:
    reader = Store(tmp_path / "index.sqlite3")
    with store.transaction():
        store.replace(document("a.md"))
        assert reader.known_files() == {}
    reader.rows("BEGIN")
    before = reader.known_files()
    put(store, document("b.md"))
    assert reader.known_files() == before != store.known_files()
    reader.rows("COMMIT")
    assert reader.known_files() == store.known_files()
    reader.close()


def test_threads_share_a_connection(store: Store) -> None:
    done = []

    def write(number: int) -> None:
        put(store, document(f"{number}.md"))
        done.append(store.text(f"{number}.md"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [TEXT] * 4


def test_a_damaged_text_names_the_file_and_the_folder(store: Store, tmp_path: Path) -> None:
    put(store, document("a.md"), document("b.md"), document("c.md"))
    store.rows("UPDATE documents SET text = ? WHERE path = 'a.md'", [b"no zlib"])
    store.rows("UPDATE documents SET text = NULL WHERE path = 'b.md'")
    for path in ("a.md", "b.md"):
        with pytest.raises(IndexDamagedError) as error:
            store.text(path)
        assert str(error.value).startswith(f"The index in {tmp_path} holds no readable text of {path} (")
        assert str(error.value).endswith("); delete that folder and index again.")
    assert store.text("c.md") == TEXT


def test_what_sqlite_refuses_names_the_folder(store: Store, tmp_path: Path) -> None:
    with pytest.raises(IndexUnwritableError, match=f"in {tmp_path / 'nowhere'} cannot be used"):
        Store(tmp_path / "nowhere" / "index.sqlite3")
    store.rows("DROP TABLE vectors")
    for broken in (store.drop_unused_vectors, lambda: store.add_vectors([(b"a", b"b")])):
        with pytest.raises(IndexDamagedError, match=f"in {tmp_path} cannot be read"):
            broken()
    store.close()
    with pytest.raises(RagError, match="was closed while it was in use") as error:
        store.get("id")
    assert not isinstance(error.value, IndexDamagedError)


def test_a_file_that_is_no_database_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def remember(*args: object, **settings: object) -> sqlite3.Connection:
        opened.append(connect(*args, **settings))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", remember)
    (tmp_path / "index.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(IndexDamagedError, match="delete that folder"):
        Store(tmp_path / "index.sqlite3")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")
