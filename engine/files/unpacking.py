"""From what arrives to single files: ZIPs are opened, manifests read, sizes checked. Nothing is decoded here.

Pictures are read only by who asks for their bytes, so that the same code also tells beforehand what will become of an
upload (``engine.files.preview``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from io import SEEK_END
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from engine.files.archives import ArchiveError, ArchiveLimits, entries, is_archive, readable_size
from engine.files.cases import Claims, Manifest, ManifestError, from_file_name, is_manifest, manifests_first
from engine.names import clean, is_clutter
from engine.settings import Settings
from engine.vocabulary import FileProblem, ProblemKind

_HEAD_BYTES: Final = 32  # they tell a ZIP, and of which kind a picture is


@dataclass(frozen=True)
class IncomingFile:
    """A file as it arrives: its name (of a file in a folder the path inside) and its bytes, or the file opened.

    An error in their place tells why it could not be opened.
    """

    name: str
    data: bytes | BinaryIO | OSError


@dataclass(frozen=True)
class Candidate:
    """A file that may be a picture: its cell as far as its name or a manifest tells, and what gets its bytes.

    It is to be read before the next one is asked for, or not at all; a problem says why it cannot be. ``head`` are its
    first bytes; inside a ZIP nobody knows them without unpacking it.
    """

    name: str
    claims: Claims
    read: Callable[[], bytes | FileProblem]
    head: bytes | None = None


@dataclass
class Unpacking:
    """One upload on its way in.

    It remembers the manifests read so far and the files for which it had none. ``promised`` are the keys of files that
    manifests name, ``met`` those of files that came.
    """

    settings: Settings
    manifest: Manifest = field(default_factory=Manifest)
    without_cell: list[str] = field(default_factory=list)
    promised: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)

    def run(self, files: Iterable[IncomingFile]) -> Iterator[Candidate | FileProblem]:
        """Take files apart; see ``engine.intake.intake.Intake.process`` for their order.

        What file managers leave behind, and a folder brings along, is passed over in silence.
        """
        ordered = manifests_first(files, lambda file: file.name) if isinstance(files, Sequence) else files
        for file in ordered:
            if is_clutter(file.name):
                continue
            try:
                yield from self._take_apart(clean(file.name), file.data)
            except OSError as error:
                yield _not_readable(clean(file.name), error)

    def _take_apart(self, name: str, data: bytes | BinaryIO | OSError) -> Iterator[Candidate | FileProblem]:
        if isinstance(data, OSError):
            raise data
        head = _head(data)
        if is_archive(head):
            yield from self._open_archive(name, data)
        elif problem := self._too_large(name, data):
            yield problem
        else:
            yield from self._take(name, partial(_read, name, data), head)

    def _open_archive(self, name: str, data: bytes | BinaryIO) -> Iterator[Candidate | FileProblem]:
        """Take in a ZIP; its manifests hold inside it alone."""
        inside = replace(self, without_cell=[])
        try:
            for entry in entries(data, self._archive_limits()):
                if isinstance(entry, FileProblem):
                    yield entry
                else:
                    yield from inside._take(entry.name, entry.read)
        except ArchiveError as error:
            yield FileProblem(name, ProblemKind.BAD_ARCHIVE, str(error))

    def _take(
        self, name: str, read: Callable[[], bytes | FileProblem], head: bytes | None = None
    ) -> Iterator[Candidate | FileProblem]:
        if is_manifest(name):
            data = read()
            yield from [data] if isinstance(data, FileProblem) else self._read_manifest(name, data)
            return
        self.met.add(self.manifest.key(name) or "")
        claims = Claims(from_file_name(name, self.settings.case_pattern), self.manifest.find(name))
        if claims.cell is None:
            self.without_cell.append(name)
        yield Candidate(name, claims, read, head)

    def _read_manifest(self, name: str, data: bytes) -> Iterator[FileProblem]:
        """Remember a manifest; it is a problem if it cannot be read or comes too late."""
        folder = PurePosixPath(name).parent
        try:
            manifest = Manifest.read(data, "" if folder == PurePosixPath() else str(folder))
        except ManifestError as error:
            yield FileProblem(name, ProblemKind.BAD_MANIFEST, str(error))
            return
        self.manifest |= manifest
        self.promised.update(manifest.cells)
        missed = [earlier for earlier in self.without_cell if manifest.find(earlier)]
        if missed:
            message = f"expected the manifest before the files it names, {len(missed)} came earlier: {missed[0]!r}"
            yield FileProblem(name, ProblemKind.BAD_MANIFEST, message)

    def _too_large(self, name: str, data: bytes | BinaryIO) -> FileProblem | None:
        size, limit = _size(data), self.settings.max_file_bytes
        if size <= limit:
            return None
        message = f"expected at most {readable_size(limit)}, found {readable_size(size)}"
        return FileProblem(name, ProblemKind.TOO_LARGE, message)

    def _archive_limits(self) -> ArchiveLimits:
        return ArchiveLimits(
            max_entries=self.settings.max_archive_entries,
            max_bytes=self.settings.max_archive_bytes,
            max_ratio=self.settings.max_archive_ratio,
            max_member_bytes=self.settings.max_file_bytes,
        )


def _read(name: str, data: bytes | BinaryIO) -> bytes | FileProblem:
    try:
        return data if isinstance(data, bytes) else data.read()
    except OSError as error:
        return _not_readable(name, error)


def _not_readable(name: str, error: OSError) -> FileProblem:
    message = f"expected a file that can be read, found: {error.strerror or error}"
    return FileProblem(name, ProblemKind.NOT_READABLE, message)


def _head(data: bytes | BinaryIO) -> bytes:
    """The first bytes; an open file stands at its beginning afterwards."""
    if isinstance(data, bytes):
        return data[:_HEAD_BYTES]
    data.seek(0)
    head = data.read(_HEAD_BYTES)
    data.seek(0)
    return head


def _size(data: bytes | BinaryIO) -> int:
    if isinstance(data, bytes):
        return len(data)
    size = data.seek(0, SEEK_END)
    data.seek(0)
    return size
