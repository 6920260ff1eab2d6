"""From what arrives to single files: ZIPs are opened, manifests read, sizes checked. Nothing is decoded here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import SEEK_END
from pathlib import PurePosixPath
from typing import BinaryIO

from engine.archives import ArchiveError, ArchiveLimits, ArchiveMember, is_archive, members, readable_size
from engine.cases import CellName, Manifest, ManifestError, cell_of, is_manifest, manifests_first
from engine.names import clean
from engine.settings import Settings
from engine.vocabulary import FileProblem, ProblemKind


@dataclass(frozen=True)
class IncomingFile:
    """A file as it arrives: its name (of a file in a folder the path inside) and its bytes, or the file opened.

    An error in their place tells why it could not be opened.
    """

    name: str
    data: bytes | BinaryIO | OSError


@dataclass(frozen=True)
class Candidate:
    """A file that may be a picture, and its cell as far as its name or a manifest tells."""

    name: str
    data: bytes
    cell: CellName | None


@dataclass
class Unpacking:
    """One upload on its way in. It remembers the manifests read so far and the files for which it had none."""

    settings: Settings
    manifest: Manifest = field(default_factory=Manifest)
    without_cell: list[str] = field(default_factory=list)

    def run(self, files: Iterable[IncomingFile]) -> Iterator[Candidate | FileProblem]:
        """Take files apart; see ``engine.intake.Intake.process`` for their order."""
        ordered = manifests_first(files, lambda file: file.name) if isinstance(files, Sequence) else files
        for file in ordered:
            try:
                yield from self._take_apart(clean(file.name), file.data)
            except OSError as error:
                message = f"expected a file that can be read, found: {error.strerror or error}"
                yield FileProblem(clean(file.name), ProblemKind.NOT_READABLE, message)

    def _take_apart(self, name: str, data: bytes | BinaryIO | OSError) -> Iterator[Candidate | FileProblem]:
        if isinstance(data, OSError):
            raise data
        if is_archive(_head(data)):
            yield from self._open_archive(name, data)
        else:
            yield from self._take(name, self._bounded(name, data))

    def _open_archive(self, name: str, data: bytes | BinaryIO) -> Iterator[Candidate | FileProblem]:
        """Take in a ZIP; its manifests hold inside it alone."""
        inside = Unpacking(self.settings, self.manifest)
        try:
            for member in members(data, self._archive_limits()):
                if isinstance(member, ArchiveMember):
                    yield from inside._take(member.name, member.data)
                else:
                    yield member
        except ArchiveError as error:
            yield FileProblem(name, ProblemKind.BAD_ARCHIVE, str(error))

    def _take(self, name: str, data: bytes | FileProblem) -> Iterator[Candidate | FileProblem]:
        if isinstance(data, FileProblem):
            yield data
        elif is_manifest(name):
            yield from self._read_manifest(name, data)
        else:
            cell = cell_of(name, self.settings.case_pattern, self.manifest)
            if cell is None:
                self.without_cell.append(name)
            yield Candidate(name, data, cell)

    def _read_manifest(self, name: str, data: bytes) -> Iterator[FileProblem]:
        """Remember a manifest; it is a problem if it cannot be read or comes too late."""
        folder = PurePosixPath(name).parent
        try:
            manifest = Manifest.read(data, "" if folder == PurePosixPath() else str(folder))
        except ManifestError as error:
            yield FileProblem(name, ProblemKind.BAD_MANIFEST, str(error))
            return
        self.manifest |= manifest
        missed = [earlier for earlier in self.without_cell if manifest.find(earlier)]
        if missed:
            message = f"expected the manifest before the files it names, {len(missed)} came earlier: {missed[0]!r}"
            yield FileProblem(name, ProblemKind.BAD_MANIFEST, message)

    def _bounded(self, name: str, data: bytes | BinaryIO) -> bytes | FileProblem:
        """Read a file unless it is too large."""
        size, limit = _size(data), self.settings.max_file_bytes
        if size > limit:
            message = f"expected at most {readable_size(limit)}, found {readable_size(size)}"
            return FileProblem(name, ProblemKind.TOO_LARGE, message)
        return data if isinstance(data, bytes) else data.read()

    def _archive_limits(self) -> ArchiveLimits:
        return ArchiveLimits(
            max_entries=self.settings.max_archive_entries,
            max_bytes=self.settings.max_archive_bytes,
            max_ratio=self.settings.max_archive_ratio,
            max_member_bytes=self.settings.max_file_bytes,
        )


def _head(data: bytes | BinaryIO) -> bytes:
    """The first bytes; an open file stands at its beginning afterwards."""
    if isinstance(data, bytes):
        return data[:4]
    data.seek(0)
    head = data.read(4)
    data.seek(0)
    return head


def _size(data: bytes | BinaryIO) -> int:
    if isinstance(data, bytes):
        return len(data)
    size = data.seek(0, SEEK_END)
    data.seek(0)
    return size
