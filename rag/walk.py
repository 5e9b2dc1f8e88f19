"""Find the files of a folder that are worth reading."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from rag.report import FailedFile

IGNORE_FILES = (".gitignore", ".homespunignore")

_PRUNED = """
    node_modules __pycache__ site-packages bower_components CVS venv virtualenv env.bak .venv __MACOSX
    $RECYCLE.BIN
"""
PRUNED_FOLDERS = frozenset(_PRUNED.split())

_BINARY = """
    .7z .a .aac .afm .aif .apk .avi .avif .bin .blend .bmp .bz2 .cab .class .db .deb .dll .dmg .dvi
    .dylib .eot .eps .exe .flac .gguf .gif .h5 .heic .icns .ico .img .iso .jar .jks .jpeg .jpg .lib .lz4
    .lzma .m4a .m4v .map .mkv .mo .mov .mp3 .mp4 .mpeg .mpg .npy .npz .o .obj .odb .ogg .ogv .onnx .opus
    .otf .parquet .pfb .pickle .pkl .png .ps .psd .pt .pth .pyc .pyd .pyo .rar .rpm .safetensors .so
    .sqlite .sqlite3 .svg .swf .swp .tar .tgz .tif .tiff .ttf .war .wasm .wav .webm .webp .whl .wma .wmv
    .woff .woff2 .xcf .xz .zip .zst
"""
BINARY_SUFFIXES = frozenset(_BINARY.split())
"""Media, archives, drawings and machine code: left out silently, as nobody expects answers from them."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells cheaply that a file was not touched."""

    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileStamp:
        """Read the stamp from a file's status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file under the indexed folder."""

    path: str
    """Name in the index: relative, forward slashes, always valid Unicode."""
    location: Path
    """Where it lies on disk."""
    stamp: FileStamp


@dataclass(slots=True)
class Walk:
    """One pass over a folder: the files found, and the folders that could not be listed."""

    root: Path
    files: list[FoundFile] = field(default_factory=list)
    failed: list[FailedFile] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    """How the paths begin that lie in folders that could not be listed."""
    left_out: Path | None = None
    """A folder below that is not looked into: where the index itself lies."""

    def is_hidden(self, path: str) -> bool:
        """Whether a path lies in a folder that could not be listed, so that nobody knows if it is there."""
        return path.startswith(tuple(self.unlisted))

    def run(self) -> Walk:
        """Visit the folder and everything below it; return self."""
        self._visit()
        self.files.sort(key=lambda file: file.path)
        return self

    def _visit(self) -> None:
        pending: list[tuple[Path, str, tuple[_Rules, ...]]] = [(self.root, "", ())]
        while pending:
            here, prefix, inherited = pending.pop()
            try:
                entries = list(os.scandir(here))
            except OSError as error:
                reason = f"folder cannot be listed: {error.strerror}"
                self.failed.append(FailedFile(readable_name(f"{prefix or '.'}/"), reason))
                self.unlisted.append(readable_name(f"{prefix}/") if prefix else "")
                continue
            active = (*inherited, *_read_rules(entries, prefix))
            for entry in entries:
                path = f"{prefix}/{entry.name}" if prefix else entry.name
                if self._is_folder(entry):
                    if Path(entry.path) != self.left_out and _keeps_folder(entry.name, path, active):
                        pending.append((Path(entry.path), path, active))
                elif _keeps_file(entry.name, path, active):
                    if entry.is_symlink():
                        self._refuse_link(entry, path)
                    else:
                        self._add(entry, path)

    @staticmethod
    def _is_folder(entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_dir(follow_symlinks=False)  # a link may lead in a circle, or far away
        except OSError:
            return False

    def _refuse_link(self, entry: os.DirEntry[str], path: str) -> None:
        """List a link that leads out of the folder: whoever made it may not read what it points to."""
        try:
            target = Path(entry.path).resolve(strict=True)
        except (OSError, RuntimeError):
            return  # a dangling or circular link holds nothing
        if target.is_relative_to(self.root):
            return  # the target is met under its own name
        if target.is_file():
            reason = "is a link to a file outside the folder; copy the file here to have it read"
        elif target.is_dir() and entry.name not in PRUNED_FOLDERS:
            reason = "is a link to a folder outside this one; name that folder itself to have it read"
        else:
            return
        self.failed.append(FailedFile(readable_name(path), reason))

    def _add(self, entry: os.DirEntry[str], path: str) -> None:
        name = readable_name(path)
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            self.failed.append(FailedFile(name, f"cannot be read: {error.strerror}"))
            return
        if stat.S_ISREG(status.st_mode):
            self.files.append(FoundFile(name, Path(entry.path), FileStamp.of(status)))


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of one ignore file, which count from the folder it lies in."""

    folder: str
    spec: GitIgnoreSpec

    def verdict(self, path: str) -> bool | None:
        relative = path[len(self.folder) + 1 :] if self.folder else path
        return self.spec.check_file(relative).include


def _read_rules(entries: list[os.DirEntry[str]], folder: str) -> Iterator[_Rules]:
    names = {entry.name: entry for entry in entries}
    for name in IGNORE_FILES:
        try:
            if name not in names or not names[name].is_file():  # a pipe would be waited for
                continue
            text = Path(names[name].path).read_text(encoding="utf-8-sig", errors="replace")
            lines = text.splitlines()
            yield _Rules(folder, GitIgnoreSpec.from_lines(lines))
        except (OSError, ValueError):
            continue  # a broken ignore file, or a link in a circle, ignores nothing


def _is_ignored(path: str, rules: tuple[_Rules, ...]) -> bool:
    for rule in reversed(rules):
        verdict = rule.verdict(path)
        if verdict is not None:
            return verdict
    return False


def _keeps_folder(name: str, path: str, rules: tuple[_Rules, ...]) -> bool:
    return not (name.startswith(".") or name in PRUNED_FOLDERS or _is_ignored(f"{path}/", rules))


def _keeps_file(name: str, path: str, rules: tuple[_Rules, ...]) -> bool:
    unpacked = name.lower().removesuffix(".gz")  # such text is unpacked: the suffix before that tells
    if name.startswith((".", "~$")) or os.path.splitext(unpacked)[1] in BINARY_SUFFIXES:
        return False
    return not _is_ignored(path, rules)


def readable_name(path: str) -> str:
    """Return the path with undecodable bytes written as escapes, so that it can be stored and shown."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
