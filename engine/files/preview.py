"""What will become of an upload, told beforehand: which cell of which case each file shows, and what is in doubt.

Names, sizes, first bytes, manifests and the directories of ZIPs are looked at, by the code that intake uses itself; no
picture is read. So what only all its bytes tell is missing: damage, duplicates, and the pages of a file with several;
inside a ZIP also what is no picture.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeVar

from engine.files.cases import CellName, OwnCases
from engine.files.unpacking import Candidate, IncomingFile, Unpacking
from engine.settings import Settings
from engine.vocabulary import FileProblem, ProblemKind
from models.pictures import PictureError, media_type

Key = TypeVar("Key")
Item = TypeVar("Item")

_WIDEST_GAP: Final = 20  # missing cells; with more, the numbers are no row in which one could miss any
_BETWEEN: Final = re.compile(r"[\W_]+")
_BEFORE_A_NUMBER: Final = re.compile(r"(?<=[^\W\d_])-(?=\d)")
_LEADING_ZEROS: Final = re.compile(r"(?<!\d)0+(?=\d)")


class ToldBy(StrEnum):
    """Where the cell of a file comes from."""

    NAME = "name"
    MANIFEST = "manifest"
    NOBODY = "nobody"


class DoubtKind(StrEnum):
    """What a person should look at before submitting; intake takes the files all the same."""

    SAME_CELL = "same_cell"
    NAME_AGAINST_MANIFEST = "name_against_manifest"
    SPELLING = "spelling"
    NOT_HERE = "not_here"
    GAP = "gap"
    OWN_CASE = "own_case"


@dataclass(frozen=True)
class Doubt:
    """One doubt: of what kind, about which case, cell or file, and the names that tell more."""

    kind: DoubtKind
    about: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedFile:
    """A file and the cell that it will be."""

    name: str
    cell: CellName
    told_by: ToldBy
    against: CellName | None = None  # what the manifest says where the name, which counts, says something else


@dataclass(frozen=True)
class Preview:
    """What will become of an upload: the files that intake will look into, and those that it will refuse unseen.

    ``not_here`` are files that a manifest names and nobody sent, in lower case.
    """

    files: tuple[PlannedFile, ...]
    problems: tuple[FileProblem, ...] = ()
    not_here: tuple[str, ...] = ()

    @cached_property
    def cases(self) -> Mapping[str, tuple[PlannedFile, ...]]:
        """The files of each case, in the order in which cases first occur."""
        return _gathered((file.cell.case, file) for file in self.files)

    @property
    def sent(self) -> int:
        """How many files there are, those inside ZIPs counted one by one, manifests left out."""
        return len(self.files) + len(self.problems)

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """Everything that a person should look at, what weighs most first."""
        return (*_same_cell(self.files), *_against(self.files), *_spelling(self.cases), *self._rest())

    def _rest(self) -> Iterator[Doubt]:
        if self.not_here:
            yield Doubt(DoubtKind.NOT_HERE, "", self.not_here)
        yield from _gaps(self.cases)
        alone = tuple(file.name for file in self.files if file.told_by is ToldBy.NOBODY)
        if alone:
            yield Doubt(DoubtKind.OWN_CASE, "", alone)


def preview(files: Sequence[IncomingFile], settings: Settings) -> Preview:
    """Tell what will become of files.

    Args:
        files: as for ``engine.intake.intake.Intake.process``; open files stand anywhere afterwards.
        settings: the limits on files and the pattern of case and cell.
    """
    unpacking = Unpacking(settings)
    planned: list[PlannedFile] = []
    problems: list[FileProblem] = []
    taken: set[str] = set()
    own = OwnCases()
    for found in unpacking.run(files):
        seen = found if isinstance(found, FileProblem) else _no_picture(found) or found
        if isinstance(seen, FileProblem):
            problems.append(seen)
            continue
        planned.append(_planned(seen, taken, own))
        taken.add(planned[-1].cell.case)
    return Preview(tuple(planned), tuple(problems), tuple(sorted(unpacking.promised - unpacking.met)))


def _no_picture(found: Candidate) -> FileProblem | None:
    """What intake will say of a file whose first bytes are none of a picture."""
    if found.head is None:
        return None
    try:
        media_type(found.head)
    except PictureError as error:
        return FileProblem(found.name, ProblemKind(error.fault.value), str(error))
    return None


def _planned(found: Candidate, taken: set[str], own: OwnCases) -> PlannedFile:
    claims = found.claims
    if claims.cell is None:
        return PlannedFile(found.name, own.free(found.name, taken.__contains__), ToldBy.NOBODY)
    told_by = ToldBy.NAME if claims.by_name else ToldBy.MANIFEST
    return PlannedFile(found.name, claims.cell, told_by, claims.by_manifest if claims.contradict else None)


def _gathered(pairs: Iterable[tuple[Key, Item]]) -> dict[Key, tuple[Item, ...]]:
    gathered: defaultdict[Key, list[Item]] = defaultdict(list)
    for key, item in pairs:
        gathered[key].append(item)
    return {key: tuple(items) for key, items in gathered.items()}


def _same_cell(files: Iterable[PlannedFile]) -> Iterator[Doubt]:
    """Several files that all claim to be the same cell."""
    for cell, several in _gathered((file.cell, file.name) for file in files).items():
        if len(several) > 1:
            yield Doubt(DoubtKind.SAME_CELL, f"{cell.case}, cell {cell.cell}", several)


def _against(files: Iterable[PlannedFile]) -> Iterator[Doubt]:
    """Files whose name says one cell and whose manifest says another."""
    for file in files:
        if file.against:
            cells = (file.cell, file.against)
            yield Doubt(
                DoubtKind.NAME_AGAINST_MANIFEST, file.name, tuple(f"{cell.case}, cell {cell.cell}" for cell in cells)
            )


def _spelling(cases: Iterable[str]) -> Iterator[Doubt]:
    """Cases whose names differ in nothing but capitals, blanks, signs and leading zeros."""
    for several in _gathered((_bare(case), case) for case in cases).values():
        if len(several) > 1:
            yield Doubt(DoubtKind.SPELLING, several[0], several)


def _bare(case: str) -> str:
    """A name such that "P-001", "p 1" and "P1" are the same, and "1-11" and "11-1" are not."""
    joined = _BEFORE_A_NUMBER.sub("", _BETWEEN.sub("-", case.casefold()))
    return _LEADING_ZEROS.sub("", joined)


def _gaps(cases: Mapping[str, Sequence[PlannedFile]]) -> Iterator[Doubt]:
    """Cases whose cells are numbered, with numbers missing between them."""
    for case, files in cases.items():
        cells = [file.cell.cell for file in files if file.told_by is not ToldBy.NOBODY]
        if len(cells) < 2 or not all(cell.isascii() and cell.isdigit() for cell in cells):
            continue
        numbers = {int(cell) for cell in cells}
        missing = max(numbers) - min(numbers) + 1 - len(numbers)
        if 0 < missing <= _WIDEST_GAP:
            between = sorted(set(range(min(numbers), max(numbers))) - numbers)
            yield Doubt(DoubtKind.GAP, case, tuple(map(str, between)))
