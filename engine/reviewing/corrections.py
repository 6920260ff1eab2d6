"""What people correct of a reading: kept beside the verdict, which stays as it is. The caller commits.

Nothing is changed or deleted here: a second thought is one more correction, and of each object the latest counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, exists, select
from sqlalchemy.orm import Session

from engine.people import Action, Person, require
from engine.records import audit, schema, seeds, store
from engine.vocabulary import Karyogram, Verdict
from models.chromosomes import CHROMOSOMES
from models.judging.record import JUNK, OTHER, Box, Record, SeenObject
from models.judging.suggestion import iscn_of

REMOVED: Final = "removed"
"""What an object is whose box was taken away."""

NAMES: Final = (*CHROMOSOMES, OTHER, JUNK)
"""What an object can be."""


@dataclass(frozen=True)
class Correction:
    """What a person says of an object: what it is, of ``NAMES`` or ``REMOVED``, and where, in pixels of the picture.

    ``object``: its number in the reading of the verdict of ``model``, from 0; numbers behind those are new objects.
    """

    karyogram_id: str
    model: str
    object: int
    name: str
    box: Box
    created_at: datetime

    def __post_init__(self) -> None:
        """Refuse what no object can be, and boxes without an inside."""
        if self.name not in (*NAMES, REMOVED):
            raise ValueError(f"name must be one of {', '.join((*NAMES, REMOVED))}, got {self.name!r}")
        left, top, right, bottom = self.box
        if not (0 <= left < right and 0 <= top < bottom):
            raise ValueError(f"box must have left < right and top < bottom, none negative, got {self.box}")
        if self.object < 0:
            raise ValueError(f"object must not be negative, got {self.object}")


@dataclass(frozen=True)
class StandingObject:
    """An object as it stands after all corrections; ``by_hand`` tells whether there was one of it."""

    number: int
    seen: SeenObject
    by_hand: bool


def add(session: Session, correction: Correction, *, person: Person | None = None) -> None:
    """Keep a correction.

    Args:
        session: see ``engine.records.database.open_session``.
        correction: what somebody says of an object.
        person: who says so; None for the shell of the machine.

    Raises:
        NotAllowedError: their role may not.
    """
    if person is not None:
        require(person, Action.CORRECT)
    left, top, right, bottom = correction.box
    values = {name: value for name, value in vars(correction).items() if name != "box"}
    sides = {"box_left": left, "box_top": top, "box_right": right, "box_bottom": bottom}
    session.execute(schema.corrections.insert().values(**values, **sides))
    audit.record(
        session,
        correction.created_at,
        person=person.name if person else audit.SHELL,
        action="correct",
        subject=f"karyogram {correction.karyogram_id}",
        details={"model": correction.model, "object": correction.object, "is": correction.name, "box": correction.box},
    )


def of(session: Session, verdict: Verdict) -> list[Correction]:
    """Return the corrections of what a verdict read, earliest first."""
    table = schema.corrections
    mine = table.c.karyogram_id == verdict.karyogram_id, table.c.model == verdict.model
    rows = session.execute(select(table).where(*mine).order_by(table.c.id)).mappings()
    return [_to_correction(row) for row in rows]


def corrected_karyograms(session: Session, batch_id: str | None = None) -> list[str]:
    """Return the ids of the karyograms whose verdict, that of the batch's model, has corrections; the earliest first.

    Known cases (``engine.records.seeds``) are left out.

    Args:
        session: see ``engine.records.database.open_session``.
        batch_id: of the batch; of all batches if left out.
    """
    table, karyograms, batches = schema.corrections, schema.karyograms, schema.batches
    query = select(karyograms.c.id).join(batches, batches.c.id == karyograms.c.batch_id)
    mine = table.c.karyogram_id == karyograms.c.id, table.c.model == batches.c.model
    query = query.where(exists().where(*mine), seeds.of_patients(karyograms.c.id))
    if batch_id is not None:
        query = query.where(karyograms.c.batch_id == batch_id)
    return list(session.scalars(query.order_by(karyograms.c.created_at, karyograms.c.id)))


def standing(reading: Record, corrections: Sequence[Correction]) -> list[StandingObject]:
    """Return the objects of a picture as they stand after corrections, earliest first; removed ones are left out."""
    read = {number: StandingObject(number, seen, by_hand=False) for number, seen in enumerate(reading.objects)}
    told = {
        one.object: StandingObject(one.object, SeenObject(one.box, one.name, 1.0), by_hand=True) for one in corrections
    }
    return [found for _, found in sorted((read | told).items()) if found.seen.name != REMOVED]


def on_page(session: Session, karyogram: Karyogram) -> list[StandingObject]:
    """Return the chromosomes of a karyogram, and what fits nowhere, as they stand after corrections.

    It is empty where the model of the batch has read nothing.
    """
    verdict = store.verdict(session, karyogram.id)
    if verdict is None or verdict.reading is None:
        return []
    found = standing(verdict.reading, of(session, verdict))
    return [one for one in found if one.seen.name != JUNK]


def counts(reading: Record, corrections: Sequence[Correction]) -> dict[str, int]:
    """Return the number of each of ``CHROMOSOMES`` after corrections, earliest first.

    Of a chromosome that a person has touched the boxes are counted; of any other the number of the reader stands,
    which also knows that two chromosomes may touch and be one object.
    """
    boxes, touched = _boxes(reading, corrections), _touched(reading, corrections)
    return {name: boxes[name] if name in touched else reading.counts[name] for name in CHROMOSOMES}


def held(reading: Record, corrections: Sequence[Correction]) -> dict[int, int]:
    """Return how many chromosomes an object holds, by its number, where that is known to be more than one.

    It is where the reader counted several of a chromosome that is a single object, and no person has touched it.
    """
    boxes, touched = _boxes(reading, corrections), _touched(reading, corrections)
    return {
        number: reading.counts[seen.name]
        for number, seen in enumerate(reading.objects)
        if seen.name not in touched and boxes[seen.name] == 1 and reading.counts.get(seen.name, 0) > 1
    }


def _boxes(reading: Record, corrections: Sequence[Correction]) -> Counter[str]:
    """How many objects there are of each kind."""
    return Counter(found.seen.name for found in standing(reading, corrections))


def _touched(reading: Record, corrections: Sequence[Correction]) -> set[str]:
    """What a person has taken an object from, or called one."""
    before = {reading.objects[one.object].name for one in corrections if one.object < len(reading.objects)}
    return before | {one.name for one in corrections}


def karyotype(reading: Record, corrections: Sequence[Correction]) -> str | None:
    """Return the karyotype in numbers after corrections, such as ``47,XY,+21``; None where no X or Y was counted."""
    return iscn_of(counts(reading, corrections))


def next_object(reading: Record, corrections: Sequence[Correction]) -> int:
    """Return the number that a new object gets."""
    return max([len(reading.objects) - 1, *(one.object for one in corrections)]) + 1


def _to_correction(row: RowMapping) -> Correction:
    box = row["box_left"], row["box_top"], row["box_right"], row["box_bottom"]
    names = ("karyogram_id", "model", "object", "name", "created_at")
    return Correction(**{name: row[name] for name in names}, box=box)
