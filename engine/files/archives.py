"""ZIP files from outside, read member by member and never unpacked to disk.

A ZIP is hostile until read: names may lead out of the folder, links may point anywhere, a few kilobytes may unpack to
terabytes, and what the directory declares may be a lie. What is wrong with one member is a problem of that member; a
ZIP that is broken as a whole, or too large in count or size, is refused before anything is unpacked.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Final

from engine.files.cases import is_manifest
from engine.names import clean, escapes, is_clutter
from engine.vocabulary import FileProblem, ProblemKind

_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED: Final = 0x1
# Python inflates these piece by piece; bzip2 and LZMA it would unpack in one go, whatever comes out
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PLAIN_TYPES: Final = (0, stat.S_IFREG)  # 0: written on a system without file types
_SMALL: Final = 1024 * 1024  # below this size no ratio is too high: a blank sheet packs very well

# what zipfile raises on damaged bytes (tests/engine/files/test_archives.py changes files at random)
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


class ArchiveError(ValueError):
    """A ZIP that is refused as a whole; the message says what was expected and what was found."""


@dataclass(frozen=True)
class ArchiveLimits:
    """How much a ZIP may hold.

    ``max_entries``: files and folders. ``max_bytes``: all files together, unpacked. ``max_ratio``: unpacked over packed
    size of one file above 1 MiB. ``max_member_bytes``: one file, unpacked.
    """

    max_entries: int = 5000
    max_bytes: int = 4096 * 1024**2
    max_ratio: int = 200
    max_member_bytes: int = 50 * 1024**2


def is_archive(data: bytes) -> bool:
    """Tell whether a file is a ZIP, by its first four bytes."""
    return data.startswith(_MAGICS)


@dataclass(frozen=True)
class ArchiveEntry:
    """One file of a ZIP before it is read: its path inside, cleaned, and what gets its bytes, or says why not."""

    name: str
    read: Callable[[], bytes | FileProblem]


def entries(source: bytes | BinaryIO, limits: ArchiveLimits) -> Iterator[ArchiveEntry | FileProblem]:
    """List the files of a ZIP one after the other, manifests first; nothing is unpacked before an entry is read.

    Folders and what file managers leave behind are passed over in silence. An entry can be read until the next one is
    asked for.

    Args:
        source: the ZIP, as bytes or as an open file.
        limits: how much it may hold.

    Yields:
        The entries that may be read, and a problem for each that may not.

    Raises:
        ArchiveError: before the first entry, if the ZIP is damaged or above the limits as a whole.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except _DAMAGE as error:
        raise ArchiveError(f"the ZIP is cut off or damaged: {error}") from error
    with archive:
        infos = archive.infolist()
        _check_whole(infos, limits)
        wanted = [info for info in infos if not info.is_dir() and not is_clutter(info.filename)]
        for info in sorted(wanted, key=lambda info: not is_manifest(info.filename)):
            name, problem = clean(info.filename), _refuse(info, limits)
            yield FileProblem(name, *problem) if problem else ArchiveEntry(name, partial(_read, archive, info))


def _check_whole(infos: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if len(infos) > limits.max_entries:
        raise ArchiveError(f"expected at most {limits.max_entries:,} entries in a ZIP, found {len(infos):,}")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > limits.max_bytes:
        raise ArchiveError(
            f"expected at most {readable_size(limits.max_bytes)} unpacked, the ZIP declares {readable_size(unpacked)}"
        )


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | FileProblem:
    """Read one entry, or say why not."""
    name = clean(info.filename)
    try:
        with archive.open(info) as stream:
            # with a size given, no more is ever inflated than declared, which is within the limits; a file that holds
            # more than it declares then fails its check sum
            data = stream.read(info.file_size)
    except _DAMAGE as error:
        return FileProblem(name, ProblemKind.TRUNCATED, f"the file is cut off or damaged inside the ZIP: {error}")
    if is_archive(data):
        message = "expected a picture, found a ZIP inside a ZIP: unpack the outer one first"
        return FileProblem(name, ProblemKind.NOT_AN_IMAGE, message)
    return data


def _refuse(info: zipfile.ZipInfo, limits: ArchiveLimits) -> tuple[ProblemKind, str] | None:
    """Judge a member by its entry in the directory alone."""
    fault = _fault(info)
    if fault is not None:
        return ProblemKind.BAD_ARCHIVE, fault
    size, limit = info.file_size, limits.max_member_bytes
    if size > limit:
        message = f"expected at most {readable_size(limit)}, found {readable_size(size)}"
        return ProblemKind.TOO_LARGE, message
    ratio = size / max(1, info.compress_size)
    if size > _SMALL and ratio > limits.max_ratio:
        message = f"expected a file packed at most {limits.max_ratio}:1, found {ratio:.0f}:1"
        return ProblemKind.BAD_ARCHIVE, message
    return None


def _fault(info: zipfile.ZipInfo) -> str | None:
    """What makes a member unsafe or impossible to read, if anything."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if escapes(info.filename):
        return f"expected a path inside the ZIP, found {info.filename!r}, which leads out of it"
    if kind == stat.S_IFLNK:
        return "expected a file, found a link"
    if kind not in _PLAIN_TYPES:
        return f"expected a file, found a special file of type {kind:#o}"
    if info.flag_bits & _ENCRYPTED:
        return "expected a readable file, found an encrypted one: make the ZIP without a password"
    if info.compress_type not in _METHODS:
        return f"expected a file that is stored or deflated, found packing method {info.compress_type}"
    return None


def readable_size(count: int) -> str:
    """A number of bytes as people read it."""
    return f"{count / 1024**2:,.1f} MiB" if count >= 1024**2 else f"{count:,} bytes"
