"""The conclusion of a case from its cells: what people signed, counted into clones by the rule of ISCN.

A gain or a change of structure makes a clone when at least two cells show it, a loss when at least three do. Cells that
the model screened and nobody read are counted as that, and never among the cells that were read.

Source: ISCN 2020, section 11.1 (the definition of a clone).
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import reviews
from engine.records import reports, schema
from engine.reviewing import decisions
from engine.reviews import Call, Decision, Opinion, Review
from engine.vocabulary import Karyogram
from models.iscn import IscnError, read
from models.judging.triage import TriageOutcome

CELLS_WITH_A_GAIN: Final = 2
CELLS_WITH_A_LOSS: Final = 3


class CaseState(StrEnum):
    """What can be said of a case."""

    OPEN = "open"  # a cell waits for a verdict, or a flagged one for a person
    UNREAD = "unread"  # the model screened every cell, and nobody read one
    NORMAL = "normal"
    ABNORMAL = "abnormal"  # there is an abnormal clone
    NO_CLONE = "no_clone"  # abnormal cells, but too few of a kind
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True)
class CellGroup:
    """Cells of which the same was signed: ``named`` is their karyotype, else their findings, blank for neither.

    ``iscn``: whether that is a karyotype as ISCN writes it.
    """

    named: str
    cells: int
    iscn: bool


@dataclass(frozen=True)
class CaseResult:
    """The conclusion of a case.

    ``iscn``: the case as ISCN writes it, such as ``mos 45,X[3]/46,XX[7]``; None while it is open, and where a group of
    cells has no karyotype. ``clones``: abnormal ones, the largest first; ``too_few``: abnormal cells that make none.
    """

    state: CaseState
    iscn: str | None
    clones: tuple[CellGroup, ...]
    too_few: tuple[CellGroup, ...]
    normal: int
    not_assessable: int
    screened: int
    open: int

    @property
    def read(self) -> int:
        """How many cells people have signed."""
        return self.normal + self.not_assessable + sum(group.cells for group in (*self.clones, *self.too_few))


@dataclass(frozen=True)
class Cell:
    """A karyogram of a case: what the model of its batch says, None without a verdict, and what counts once signed."""

    karyogram: Karyogram
    outcome: TriageOutcome | None
    signed: Decision | None


def cells_of(session: Session, karyogram: Karyogram) -> list[Cell]:
    """Return the cells of the case to which a karyogram belongs, itself first."""
    table, verdicts, batches = schema.karyograms, schema.verdicts, schema.batches
    query = select(table.c.id, verdicts.c.outcome).join(verdicts, verdicts.c.karyogram_id == table.c.id)
    query = query.join(batches, (batches.c.id == table.c.batch_id) & (batches.c.model == verdicts.c.model))
    rows = session.execute(query.where(table.c.case_id == karyogram.case_id)).mappings()
    outcomes = {row["id"]: row["outcome"] for row in rows}
    cells = [karyogram, *reports.case_mates(session, karyogram)]
    made = decisions.of_many(session, [cell.id for cell in cells if cell.review is Review.SIGNED])
    return [Cell(cell, outcomes.get(cell.id), reviews.result(made.get(cell.id, []))) for cell in cells]


def conclude(cells: Sequence[Cell]) -> CaseResult:
    """Conclude a case from all of its cells."""
    final = [cell.signed.opinion for cell in cells if cell.signed is not None]
    waiting = sum(_is_open(cell.karyogram) for cell in cells)
    normal = [opinion for opinion in final if opinion.call is Call.NORMAL]
    groups = _groups([opinion for opinion in final if opinion.call is Call.ABNORMAL])
    clones = tuple(group for group in groups if group.cells >= _cells_of_a_clone(group))
    too_few = tuple(group for group in groups if group not in clones)
    return CaseResult(
        state=_state(waiting, len(final), clones, too_few, len(normal)),
        iscn=None if waiting else _iscn(clones, normal),
        clones=clones,
        too_few=too_few,
        normal=len(normal),
        not_assessable=sum(opinion.call is Call.NOT_ASSESSABLE for opinion in final),
        screened=len(cells) - len(final) - waiting,
        open=waiting,
    )


def _is_open(cell: Karyogram) -> bool:
    """Whether a case has to wait for a cell; a screened one of the quality sample waits for nobody until it is read."""
    if cell.review is Review.FIRST:
        return not cell.sampled
    return cell.review in (Review.WAITING, Review.SECOND, Review.THIRD)


def _groups(abnormal: Sequence[Opinion]) -> list[CellGroup]:
    """Count the cells that are alike, the largest group first."""
    counted = Counter(_named(opinion) for opinion in abnormal)
    groups = [CellGroup(named, cells, iscn) for (named, iscn), cells in counted.items()]
    return sorted(groups, key=lambda group: (-group.cells, group.named))


def _named(opinion: Opinion) -> tuple[str, bool]:
    written = opinion.karyotype.strip()
    karyotype = _karyotype(written)
    return (karyotype, True) if karyotype else (written or ", ".join(sorted(opinion.findings)), False)


def _karyotype(written: str) -> str | None:
    """Return the karyotype of one cell without a number of cells, however it was spaced; None where it is no ISCN."""
    for text in (written, "".join(written.split())):
        with contextlib.suppress(IscnError):
            clones = read(text).clones
            return clones[0].text if len(clones) == 1 else None
    return None


def _cells_of_a_clone(group: CellGroup) -> int:
    """Return how many cells make a clone; what cannot be read as a loss alone counts as a gain."""
    return CELLS_WITH_A_LOSS if _only_lost(group) else CELLS_WITH_A_GAIN


def _only_lost(group: CellGroup) -> bool:
    if not group.iscn:
        findings = group.named.split(", ")
        return all(finding.startswith("-") or finding.endswith("missing") for finding in findings)
    return read(group.named).clones[0].only_lost


def _state(
    waiting: int, read_cells: int, clones: Sequence[CellGroup], too_few: Sequence[CellGroup], normal: int
) -> CaseState:
    if waiting:
        return CaseState.OPEN
    if not read_cells:
        return CaseState.UNREAD
    if clones:
        return CaseState.ABNORMAL
    if too_few:
        return CaseState.NO_CLONE
    return CaseState.NORMAL if normal else CaseState.NOT_ASSESSABLE


def _iscn(clones: Sequence[CellGroup], normal: Sequence[Opinion]) -> str | None:
    """Write the case: abnormal clones first and normal cells last; None where a karyotype is missing."""
    karyotypes = {_karyotype(opinion.karyotype) for opinion in normal if opinion.karyotype.strip()}
    unwritten = None in karyotypes or len(karyotypes) != min(1, len(normal)) or not all(group.iscn for group in clones)
    if unwritten or not (clones or normal):
        return None
    last = [f"{karyotype}[{len(normal)}]" for karyotype in karyotypes]
    parts = [*(f"{group.named}[{group.cells}]" for group in clones), *last]
    return ("mos " if len(parts) > 1 else "") + "/".join(parts)
