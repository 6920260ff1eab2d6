"""Which case and which cell a file shows: by its name, else by the manifest of the upload, else one case a file.

The manifest is a CSV file called ``manifest.csv`` with the columns ``file``, ``case_id`` and, if wanted, ``cell``. It
speaks of files by their path beside the manifest or by their bare name. Commas, semicolons and tabs may separate the
columns, and UTF-8 and Windows-1252 are read, because spreadsheets write all of these.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final, TypeVar

from engine.names import clean, visible, without_suffix

Item = TypeVar("Item")

MANIFEST_NAME: Final = "manifest.csv"
_COLUMNS: Final = ("file", "case_id")
_FIRST_CELL: Final = "1"


@dataclass(frozen=True)
class CellName:
    """A cell of a case, as the laboratory calls both."""

    case: str
    cell: str


class ManifestError(ValueError):
    """A manifest that cannot be used; the message says where, what was expected and what was found."""


def from_file_name(name: str, pattern: re.Pattern[str]) -> CellName | None:
    """Read case and cell from a file name.

    Args:
        name: the file's name, with or without folders and suffix.
        pattern: a regular expression with the groups "case" and "cell", searched in the bare name without the suffix
            of a picture.

    Returns:
        The cell, or None if the pattern is not found or either group is empty.
    """
    match = pattern.search(without_suffix(PurePosixPath(name).name))
    if match is None:
        return None
    case, cell = (match["case"] or "").strip(), (match["cell"] or "").strip()
    return CellName(case, cell) if case and cell else None


def is_manifest(name: str) -> bool:
    """Tell whether a file is a manifest, by its name alone."""
    return PurePosixPath(name).name.lower() == MANIFEST_NAME


def manifests_first(items: Iterable[Item], name: Callable[[Item], str]) -> list[Item]:
    """Put manifests before the files they speak of; the order is kept otherwise.

    Args:
        items: files, paths or whatever stands for them.
        name: how to get the name of one.
    """
    return sorted(items, key=lambda item: not is_manifest(name(item)))


@dataclass(frozen=True)
class Manifest:
    """Cells by file, as manifests say; names are compared without regard to upper and lower case.

    ``cells`` has normalised paths as keys (see ``read``).
    """

    cells: Mapping[str, CellName] = field(default_factory=dict)

    @classmethod
    def read(cls, data: bytes, folder: str = "") -> Manifest:
        """Read a manifest.

        Args:
            data: the CSV file.
            folder: the folder of the upload in which the manifest lies; its files are looked for there.

        Raises:
            ManifestError: if a column is missing, a row is incomplete or a file is named twice with different cells.
        """
        cells: dict[str, CellName] = {}
        for line, row in table(data, _COLUMNS):
            name = _key(f"{folder}/{row['file']}" if folder else row["file"])
            cell = CellName(row["case_id"], row.get("cell") or _FIRST_CELL)
            if cells.setdefault(name, cell) != cell:
                earlier = cells[name]
                raise ManifestError(
                    f"line {line}: expected one cell for {row['file']!r}, found case {earlier.case!r} cell"
                    f" {earlier.cell!r} above and case {cell.case!r} cell {cell.cell!r} here"
                )
        return cls(cells)

    def __or__(self, other: Manifest) -> Manifest:
        """Both manifests in one; ``other`` has the last word."""
        return Manifest({**self.cells, **other.cells})

    def find(self, name: str) -> CellName | None:
        """Look a file up by its path, then by its bare name."""
        key = self.key(name)
        return None if key is None else self.cells[key]

    def key(self, name: str) -> str | None:
        """Tell under which key of ``cells`` a file is found; None where the manifest does not name it."""
        key = _key(name)
        return next((known for known in (key, PurePosixPath(key).name) if known in self.cells), None)


@dataclass(frozen=True)
class Claims:
    """Which cell a file shows, as its name tells and as the manifest tells; None where either tells nothing."""

    by_name: CellName | None
    by_manifest: CellName | None

    @property
    def cell(self) -> CellName | None:
        """The cell that counts: the name comes before the manifest; None for a case by itself (``OwnCases``)."""
        return self.by_name or self.by_manifest

    @property
    def contradict(self) -> bool:
        """Whether name and manifest tell different cells."""
        return None not in (self.by_name, self.by_manifest) and self.by_name != self.by_manifest


class OwnCases:
    """Finds cells for files that are a case by themselves: the file's name, else "name (2)" and so on.

    Files of the same name can come from two folders and two patients. How far the numbers of each name have come is
    remembered, so that many files of one name do not try all of them each time.
    """

    def __init__(self) -> None:
        """Begin with the first number of each name."""
        self._reached: dict[str, int] = {}

    def free(self, name: str, is_taken: Callable[[str], bool]) -> CellName:
        """Choose the first one whose case no other file has.

        Args:
            name: of the file.
            is_taken: whether another file has a case; what is taken once stays taken.
        """
        own = without_suffix(name)
        for number in itertools.count(self._reached.get(own, 1)):
            case = own if number == 1 else f"{own} ({number})"
            if not is_taken(case):
                break
        self._reached[own] = number
        return CellName(case, _FIRST_CELL)


def cell_of_page(cell: str, page: int, pages: int) -> str:
    """Name the cell of one page: a file of one page keeps its cell, others get the page, counted from 1, behind it."""
    return cell if pages == 1 else f"{cell}-{page + 1}"


def _key(name: str) -> str:
    return clean(name).casefold()


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def table(data: bytes, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Give line numbers and rows of a CSV file, names of columns in lower case, all values stripped, no empty rows.

    Args:
        data: the file.
        columns: those that must be there with a value in every row.

    Raises:
        ManifestError: it is no CSV file, or a column or a value is missing.
    """
    text = _text(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [column.strip().lower() for column in next(reader, [])]
        _check_header(header, columns)
        for values in reader:
            if any(value.strip() for value in values):
                yield reader.line_num, _row(header, values, columns, reader.line_num)
    except csv.Error as error:
        raise ManifestError(f"line {reader.line_num}: expected CSV, {error}") from error


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _check_header(header: list[str], columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in header]
    if missing:
        wanted = " and ".join(columns)
        raise ManifestError(f"line 1: expected the columns {wanted}, {' and '.join(missing)} not in {header}")


def _row(header: list[str], values: list[str], columns: Sequence[str], line: int) -> dict[str, str]:
    row = {column: visible(value) for column, value in zip(header, values, strict=False)}
    for column in columns:
        if not row.get(column):
            raise ManifestError(f"line {line}: expected a value for {column}, found {values}")
    return row
