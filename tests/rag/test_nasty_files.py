"""A folder of files that break other programs: what can be read is indexed, all else is listed."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from unittest.mock import Mock

import pytest

from rag import FolderIndex, Limits, reading
from rag.loaders import worker
from rag.loaders.document import Source
from rag.loaders.worker import write_frame
from rag.walk import FileStamp, FoundFile
from tests.rag import samples

LIMITS = Limits(text_bytes=100_000, unpacked_bytes=1_000_000, parse_seconds=20)
ENCRYPTED_PDF = samples.pdf(["secret"]).replace(
    b"/Root 1 0 R",
    b"/Root 1 0 R /ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b">"
    b" /U <" + b"42" * 32 + b"> >>",
)

READABLE = {
    "latin1.txt": "Das Café öffnet für alle Gäste um acht Uhr.".encode("latin-1"),
    "utf16.txt": "The lighthouse is white.".encode("utf-16"),
    "utf16-unmarked.txt": "The harbour is deep and calm.".encode("utf-16-le"),
    "bom.md": "\ufeff# Boats\n\nFerries leave hourly.".encode(),
    "cyrillic.txt": "Поезд отправляется утром, поезд возвращается вечером каждый понедельник.".encode(
        "cp1251"
    ),
    "windows.txt": b"First line\r\nSecond line\r\n",
    "new\nline.txt": b"A name with a newline.",
    "quote'\"%.txt": b"A name with quotes.",
    "no_suffix": b"Plain words without a suffix.",
    "broken.json": b'{"open": [1, 2, "never closed',
    "broken.html": b"<p>Unclosed <b>tags <table><tr><td>everywhere",
    "one-damaged-byte.txt": ("Résumé, naïve, façade. " * 30).encode() + b"\xff tail",
    "manual.txt.gz": gzip.compress(b"Compressed documentation."),
    "long-line.txt": b"word " * 15_000,
    "endless-line.c": b"x" * 99_000,
    "endless-lines.c": (b"x" * 990 + b"(;\n") * 90,
    "endless-title.md": b"# a" + b" " * 90_000 + b"b",
    "endless-links.md": b"[a](" * 20_000 + b"\n===\n",
    "endless-pages.txt": b"\n\f" * 45_000 + b"end",
    "endless-quotes.csv": b'"a' * 45_000 + b"\n1,2\n",
    "deep.md": b"".join(b"#" * (n % 6 + 1) + b" h%d\n" % n for n in range(300)),
}
FAILING = {
    "empty.txt": (b"", "is empty"),
    "blank.txt": (b" \n\n\t", "holds no text"),
    "huge.txt": (b"x" * 100_001, "more than the limit of 100.0 KB"),
    "nul.txt": (b"text\0with\0nul\0bytes", "binary"),
    "noise.txt": (bytes(range(1, 256)) * 20, "binary"),
    "truncated.pdf": (samples.pdf(["hello"])[:150], "is damaged"),
    "encrypted.pdf": (ENCRYPTED_PDF, "is encrypted"),
    "pictures.pdf": (samples.pdf([""]), "OCR"),
    "fake.docx": (b"not a zip at all", "is damaged"),
    "hollow.xlsx": (samples.archive({"a.txt": "no workbook here"}), "is damaged"),
    "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "encrypted or in the old binary"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .docx"),
    "sheet.ods": (samples.archive({"content.xml": "<cells/>"}), "save it as .xlsx"),
    "endless.xlsx": (samples.xlsx_of_one_text("word " * 6000, 40), "holds more text than the limit"),
    "bomb.docx": (samples.archive({"word/document.xml": "0" * 2_000_000}), "unpacks to 2.0 MB"),
    "bomb.txt.gz": (gzip.compress(b"0" * 200_000), "unpacks to more than the limit"),
    "cut.txt.gz": (gzip.compress(os.urandom(500))[:100], "not complete gzip"),
    "entities.epub": (samples.epub_with_entities(), "is damaged"),
    "no-spine.epub": (samples.archive({"mimetype": "application/epub+zip"}), "is damaged"),
    "broken.ipynb": (b'{"cells": [', "not a notebook"),
    "list.ipynb": (b"[1, 2]", "not a notebook"),
    "nested.ipynb": (b"[" * 50_000, "not a notebook"),
}


@pytest.fixture
def nasty(tmp_path: Path) -> Path:
    root = tmp_path / "nasty"
    root.mkdir()
    for name, data in READABLE.items():
        (root / name).write_bytes(data)
    for name, (data, _) in FAILING.items():
        (root / name).write_bytes(data)
    return root


def test_everything_is_indexed_or_listed(nasty: Path, make_index: Callable[..., FolderIndex]) -> None:
    index = make_index(nasty, limits=LIMITS)
    report = index.refresh()
    reasons = {item.path: item.reason for item in report.failed}
    assert {file.path for file in index.files()} == set(READABLE)
    assert reasons.keys() == FAILING.keys()
    for path, (_, reason) in FAILING.items():
        assert reason in reasons[path], path
    assert report.added == len(READABLE)
    encodings = {file.path: file.encoding for file in index.files()}
    assert encodings["latin1.txt"] == "cp1252"
    assert encodings["cyrillic.txt"] == "cp1251"
    assert encodings["bom.md"] == "utf-8-sig"
    assert index.search("Café Gäste")[0].path == "latin1.txt"
    assert index.search("harbour deep calm")[0].path == "utf16-unmarked.txt"
    assert index.refresh().unchanged == len(READABLE)
    assert len(index.refresh().failed) == len(FAILING)


def test_failed_file_is_tried_again_when_it_changes(
    nasty: Path, make_index: Callable[..., FolderIndex]
) -> None:
    index = make_index(nasty, limits=LIMITS)
    index.refresh()
    (nasty / "empty.txt").write_text("No longer empty.")
    report = index.refresh()
    assert "empty.txt" not in {item.path for item in report.failed}
    assert index.search("longer empty")[0].path == "empty.txt"


def test_file_that_breaks_no_longer_answers(index: FolderIndex, folder: Path) -> None:
    (folder / "notes/bread.txt").write_bytes(b"\0\1\2\3")
    report = index.refresh()
    assert [item.path for item in report.failed] == ["notes/bread.txt"]
    assert all(hit.path != "notes/bread.txt" for hit in index.search("sourdough rye bread"))


def test_permission_denied(index: FolderIndex, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "notes/bread.txt").chmod(0)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse("bread.txt", Path.open))  # the superuser may read everything
        (folder / "notes/bread.txt").touch()
        report = index.refresh()
    assert [(item.path, item.reason) for item in report.failed] == [
        ("notes/bread.txt", "cannot be read: permission denied")
    ]
    (folder / "notes/bread.txt").chmod(0o600)
    assert index.refresh().failed == []
    assert index.search("sourdough rye bread")[0].path == "notes/bread.txt"


def refuse(name: str, open_file: Callable[..., IO[bytes]]) -> Callable[..., IO[bytes]]:
    def opened(path: Path, *arguments: Any, **options: Any) -> IO[bytes]:
        if path.name == name:
            raise PermissionError(13, "Permission denied")
        return open_file(path, *arguments, **options)

    return opened


def test_file_that_changes_while_it_is_read(index: FolderIndex, folder: Path) -> None:
    diary = folder / "diary.txt"
    stop = threading.Event()

    def write() -> None:
        for number in itertools.count():
            diary.write_text(f"Entry {number}.\n" * (1 + number % 50))
            if stop.is_set():
                return

    writing = threading.Thread(target=write)
    writing.start()
    for _ in range(5):
        index.refresh()
        names = {file.path for file in index.files()}
        if "diary.txt" in names:  # never between two entries: it was whole when it was read
            assert index.text("diary.txt").startswith("Entry")
    stop.set()
    writing.join()
    index.refresh()
    assert index.text("diary.txt") == diary.read_text()


def test_file_that_never_holds_still_is_looked_at_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = itertools.count(1)

    def read(file: FoundFile, limits: Limits) -> tuple[bytes, FileStamp, FileStamp]:
        number = next(versions)
        return b"x" * number, FileStamp(number, number, 0), FileStamp(number + 1, number + 1, 0)

    monkeypatch.setattr(reading, "_read_once", read)
    file = FoundFile("a.txt", folder / "a.txt", FileStamp(1, 1, 0))
    content = reading.read_content(file, Limits())
    assert (content.data, content.stamp) == (b"xxx", reading.UNSETTLED)


def test_text_of_200_megabytes_is_listed_unread(index: FolderIndex, folder: Path) -> None:
    with (folder / "huge.txt").open("wb") as stream:
        stream.truncate(200_000_000)
    [failure] = index.refresh().failed
    assert failure.reason == "has 200.0 MB, more than the limit of 33.6 MB; split it"


def test_links_and_special_files(index: FolderIndex, folder: Path) -> None:
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "self").symlink_to("self")
    (folder / "dangling.txt").symlink_to("nowhere.txt")
    (folder / "again.txt").symlink_to(folder / "office.md")
    (folder / "zeros.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / ".gitignore")
    report = index.refresh()
    assert (report.added, report.unchanged, report.failed) == (0, 3, [])


def test_links_out_of_the_folder_are_listed_unread(index: FolderIndex, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("The safe opens with 4711.")
    (folder / "file.txt").symlink_to(outside / "secret.txt")
    (folder / "notes/up.txt").symlink_to("../file.txt")
    (folder / "shelf").symlink_to(outside, target_is_directory=True)
    (folder / "node_modules").symlink_to(outside, target_is_directory=True)
    (folder / "ignored.txt").symlink_to(outside / "secret.txt")
    (folder / ".homespunignore").write_text("ignored.txt\n")
    report = index.refresh()
    assert {item.path: item.reason.partition(";")[0] for item in report.failed} == {
        "file.txt": "is a link to a file outside the folder",
        "notes/up.txt": "is a link to a file outside the folder",
        "shelf": "is a link to a folder outside this one",
    }
    assert (report.added, report.unchanged) == (0, 3)
    assert all("4711" not in found.text for found in index.search("safe 4711"))


def test_link_that_takes_the_place_of_a_file(index: FolderIndex, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("The safe opens with 4711.")
    (folder / "notes/bread.txt").unlink()
    (folder / "notes/bread.txt").symlink_to(tmp_path / "secret.txt")
    report = index.refresh()
    assert (report.removed, [item.path for item in report.failed]) == (1, ["notes/bread.txt"])
    assert {file.path for file in index.files()} == {"office.md", "notes/cheese.txt"}


def test_name_that_is_not_unicode(index: FolderIndex, folder: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("Espresso machine.")
    except OSError:
        pytest.skip("this file system refuses such names")
    assert index.refresh().added == 1
    assert index.search("Espresso machine")[0].path == "caf\\xe9.txt"


@contextmanager
def lock(locked: Path) -> Iterator[None]:
    """Let nobody list a folder, not even the superuser, who otherwise may."""
    scan = os.scandir

    def refuse(place: Path) -> Any:
        if place == locked:
            raise PermissionError(13, "Permission denied")
        return scan(place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        yield


def test_folder_that_cannot_be_listed_is_named_so_that_it_can_be_shown(
    index: FolderIndex, folder: Path
) -> None:
    locked = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9"))
    try:
        locked.mkdir()
    except OSError:
        pytest.skip("this file system refuses such names")
    with lock(locked):
        [failed] = index.refresh().failed
    assert (failed.path, failed.reason) == ("caf\\xe9/", "folder cannot be listed: Permission denied")


@pytest.mark.parametrize(("locked", "named", "removed"), [("notes", "notes/", 1), ("", "./", 0)])
def test_folder_that_cannot_be_listed_for_a_moment_loses_nothing(
    index: FolderIndex, folder: Path, locked: str, named: str, removed: int
) -> None:
    (folder / "notes/broken.txt").write_bytes(b"\0\1\2\3")
    (folder / "notes-of-others.txt").write_text("Plum jam.")
    index.refresh()
    (folder / "notes-of-others.txt").unlink()
    (folder / "notes/cheese.txt").unlink()
    with lock(folder / locked):
        report = index.refresh()
    assert [item.path for item in report.failed] == sorted([named, "notes/broken.txt"])
    assert (report.unchanged, report.removed) == (4 - removed, removed)
    assert index.search("sourdough rye bread")[0].path == "notes/bread.txt"
    report = index.refresh()
    assert (report.unchanged, report.removed) == (2, 2 - removed)


def test_ignore_file_that_links_to_itself_ignores_nothing(index: FolderIndex, folder: Path) -> None:
    (folder / ".gitignore").symlink_to(".gitignore")
    assert index.refresh().unchanged == 3


def test_half_a_character_in_a_title_costs_no_more_than_itself(index: FolderIndex, folder: Path) -> None:
    cell = {"cell_type": "markdown", "source": "# Rye \ud83d bread\n\nIt keeps for a week."}
    (folder / "bread.ipynb").write_text(json.dumps({"cells": [cell]}))
    assert index.refresh().added == 1
    assert index.search("how long does rye keep", paths=["bread.ipynb"])[0].heading == "Rye ? bread"


def test_hidden_ignored_and_foreign_folders_are_left_out(index: FolderIndex, folder: Path) -> None:
    for name in (
        ".git/config",
        ".hidden.txt",
        "node_modules/a/readme.md",
        "build/out.txt",
        "notes/secret.txt",
        "a.png",
        "drawing.SVG",
        "manual.ps.gz",
        "sources.tar.gz",
    ):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("Not for the index.")
    (folder / ".gitignore").write_text("build/\n*.txt\n!notes/*.txt\n")
    (folder / "notes/.homespunignore").write_text("secret.txt\ncheese.txt\n")
    index.refresh()
    assert [file.path for file in index.files()] == ["notes/bread.txt", "office.md"]


def test_the_first_line_of_an_ignore_file_counts_behind_a_byte_order_mark(
    folder: Path, index: FolderIndex
) -> None:
    (folder / ".gitignore").write_bytes(b"\xef\xbb\xbf/notes/\r\n")
    index.refresh()
    assert [file.path for file in index.files()] == ["office.md"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("slow.pdf", samples.pdf(["word " * 50] * 3000)),
        ("slow.html", b"<!--" * 100_000),
        ("slow.xhtml", b"<a href='" * 50_000),
    ],
)
def test_parser_that_hangs_costs_one_file(
    tmp_path: Path, make_index: Callable[..., FolderIndex], name: str, data: bytes
) -> None:
    root = tmp_path / "slow"
    root.mkdir()
    (root / name).write_bytes(data)
    (root / "fine.txt").write_text("All is well.")
    index = make_index(root, limits=Limits(parse_seconds=-29.99))  # the start's allowance makes it 10 ms
    report = index.refresh()
    assert [(item.path, "to parse" in item.reason) for item in report.failed] == [(name, True)]
    assert report.added == 1


def test_a_parser_that_was_ended_tries_the_same_file_again(
    tmp_path: Path, make_index: Callable[..., FolderIndex]
) -> None:
    root = tmp_path / "slow"
    root.mkdir()
    (root / "slow.html").write_text("<p>Ferries leave hourly.")
    (root / "fine.txt").write_text("All is well.")
    os.utime(root / "slow.html", (1_000_000_000, 1_000_000_000))
    hasty = make_index(root, limits=Limits(parse_seconds=-30))
    assert [item.path for item in hasty.refresh().failed] == ["slow.html"]
    hasty.close()
    patient = make_index(root)
    assert patient.refresh().failed == []
    assert patient.search("when do ferries leave")[0].path == "slow.html"


def test_what_depends_on_the_limits_is_told_from_what_the_file_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(name: str, data: bytes) -> Any:
        return json.loads(worker._answer(Source(name, data, unpacked_bytes=1000)))["is_passing"]

    assert answer("bomb.docx", samples.archive({"word/document.xml": "0" * 2000}))
    assert not answer("fake.docx", b"not a zip at all")
    for error, is_passing in ((MemoryError(), True), (RecursionError(), False), (ValueError(), False)):
        monkeypatch.setattr(worker, "load_here", Mock(side_effect=error))
        assert answer("a.html", b"<p>a") == is_passing


@pytest.mark.parametrize("name", ["queue.py", "html.py", "rag/__init__.py"])
def test_no_code_of_the_current_folder_runs(
    tmp_path: Path, make_index: Callable[..., FolderIndex], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    root = tmp_path / "poisoned"
    (root / name).parent.mkdir(parents=True)
    (root / name).write_text("from pathlib import Path\nPath('ran').touch()\n")
    (root / "page.html").write_text("<p>Ferries leave hourly.")
    monkeypatch.chdir(root)
    report = make_index(root).refresh()
    assert (report.added, report.failed) == (2, [])
    assert not (root / "ran").exists()


@pytest.mark.parametrize("data", [b"", b"<!--" * 1_000_000], ids=["idle", "hanging"])
def test_a_parsing_process_ends_with_the_program_that_started_it(data: bytes) -> None:
    bounds = str(2**31), str(2**29)
    command = [sys.executable, "-m", "rag.loaders.worker", *bounds]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        if data:
            write_frame(process.stdin, b"slow.html")
            write_frame(process.stdin, data)
        process.stdin.close()  # as the system does when the program is killed
        try:
            assert process.wait(20) == 0
        finally:
            process.kill()


def test_zip_whose_header_lies_about_its_size(tmp_path: Path, make_index: Callable[..., FolderIndex]) -> None:
    data = bytearray(samples.docx(["Honest title", "honest " * 20_000]))
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        true_size = container.getinfo("word/document.xml").file_size
    small = (1000).to_bytes(4, "little")
    root = tmp_path / "lies"
    root.mkdir()
    (root / "lies.docx").write_bytes(bytes(data).replace(true_size.to_bytes(4, "little"), small))
    (root / "fine.txt").write_text("All is well.")
    report = make_index(root).refresh()
    assert report.added == 1
    assert "is damaged" in report.failed[0].reason
