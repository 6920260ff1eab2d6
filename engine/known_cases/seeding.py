"""Known cases put among the others without the readers knowing: how they are handed in, and how a batch gets one.

In a batch they are called as its own cases are, and came, as far as anybody can see, with these. They belong to no
case of a patient: if one of the same name comes later, the known case is renamed. Whoever is to read them knows
nothing; ``engine.records.seeds`` says who may be told, and what leaves them out.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random, SystemRandom
from typing import Any, Final

from sqlalchemy import RowMapping, delete, exists, func, select, update
from sqlalchemy.orm import Session

from engine.errors import REDIS_AWAY
from engine.files import decoding
from engine.jobs.stream import JobStream
from engine.known_cases import pseudonyms
from engine.known_cases.known_answers import KnownPicture
from engine.names import clean
from engine.people import Action, Person, require
from engine.records import audit, schema, seeds, store
from engine.vocabulary import Batch, Case, FileProblem, Karyogram, ProblemKind
from models.pictures import Limits

FEWEST_CASES: Final = 3
"""A batch of fewer cases gets no known one: it would stand out."""

_S: Final = schema.seeds.c
_LOTS: Final = SystemRandom()
_LOOKED_AT: Final = 200  # names of a batch, to tell how it numbers its cases


class SeedingError(ValueError):
    """Known cases that cannot be put where they were to go; the text says why, for a supervisor to see."""


@dataclass(frozen=True)
class Prepared:
    """What became of pictures that were handed in: the known cases that wait for a batch now, and what was refused."""

    known_cases: tuple[str, ...]
    problems: tuple[FileProblem, ...]


def fresh(session: Session, pictures: Sequence[KnownPicture]) -> list[KnownPicture]:
    """Leave out pictures that were handed in before: a reader may know them by now."""
    return [one for one in pictures if not _was_here(session, hashlib.sha256(one.data).hexdigest())]


def _was_here(session: Session, sha256: str) -> bool:
    return bool(session.scalar(select(exists().where(_S.image_sha256 == sha256))))


def prepare(
    session: Session, person: Person, pictures: Sequence[KnownPicture], limits: Limits, now: datetime
) -> Prepared:
    """Keep pictures with their answers until a batch gets them.

    Args:
        session: see ``engine.records.database.open_session``.
        person: who hands them in.
        pictures: those of one case go into a batch together.
        limits: what a picture may be.
        now: timezone-aware time.

    Raises:
        NotAllowedError: their role may not.
    """
    require(person, Action.SEED_CASES)
    keys: dict[str, str] = {}
    problems = []
    for number, picture in enumerate(pictures):
        key = keys.get(picture.answer.case, uuid.uuid4().hex)
        problem = _keep(session, person, picture, {"known_case": key, "number": number}, limits, now=now)
        if problem is None:
            keys[picture.answer.case] = key
        else:
            problems.append(problem)
    return Prepared(tuple(keys.values()), tuple(problems))


def _keep(
    session: Session, person: Person, picture: KnownPicture, place: dict[str, Any], limits: Limits, *, now: datetime
) -> FileProblem | None:
    name = clean(picture.file_name)
    found = decoding.pages(name, picture.data, limits)
    if isinstance(found, FileProblem):
        return found
    if len(found.shapes) != 1:
        return FileProblem(name, ProblemKind.NOT_AN_IMAGE, f"expected a single page, found {len(found.shapes)}")
    sha256 = store.add_picture(session, picture.data, found.media_type)
    if _was_here(session, sha256):
        return FileProblem(name, ProblemKind.DUPLICATE, "this picture was handed in as a known case before")
    answer, (height, width) = picture.answer, found.shapes[0]
    said = {"name": answer.case, "cell": answer.cell, "call": answer.call, "karyotype": answer.karyotype}
    kept = {"id": uuid.uuid4().hex, "image_sha256": sha256, "simulated": picture.simulated, "person": person.name}
    values = {**place, **said, **kept, "width": width, "height": height, "created_at": now}
    session.execute(schema.seeds.insert().values(**values))
    _tell(session, now, person.name, "prepare a seed", known_case=place["known_case"], picture=sha256, **said)
    return None


def withdraw(session: Session, person: Person, now: datetime) -> int:
    """Take back the known cases that no batch has yet; returns how many there were.

    Raises:
        NotAllowedError: their role may not.
    """
    require(person, Action.SEED_CASES)
    gone = set(session.scalars(delete(schema.seeds).where(_S.placed_at.is_(None)).returning(_S.known_case)))
    for key in gone:
        _tell(session, now, person.name, "withdraw a seed", known_case=key)
    return len(gone)


def put_in(
    session: Session, stream: JobStream, person: Person, known_cases: Sequence[str], *, batch_id: str, now: datetime
) -> bool:
    """Put known cases that wait into a batch now, and commit, because an engine must not see the job before the row.

    Returns:
        True when engines can take them at once; False when Redis is away, and the next sweep puts them on the stream.

    Raises:
        NotAllowedError: their role may not.
        NotFoundError: there is no such batch.
        SeedingError: the batch has too few cases to hide one among them.
    """
    require(person, Action.SEED_CASES)
    batch = store.batch(session, batch_id)
    placed = [karyogram for key in known_cases for karyogram in place(session, batch, key, now, _LOTS)]
    if known_cases and not placed:
        raise SeedingError(f"A batch needs at least {FEWEST_CASES} cases for a known one to be lost among them.")
    session.commit()
    try:
        stream.put([karyogram.id for karyogram in placed], batch.priority)
    except REDIS_AWAY:
        return False
    return True


def place_next(session: Session, batch: Batch, now: datetime, lots: Random = _LOTS) -> list[Karyogram]:
    """Give a batch that has just come the known case that waits longest; a batch gets one at most in this way."""
    waiting = select(_S.known_case).where(_S.placed_at.is_(None)).order_by(_S.created_at, _S.known_case, _S.number)
    key = session.scalar(waiting.limit(1))
    if key is None or _has_one(session, batch):
        return []
    return place(session, batch, key, now, lots)


def _has_one(session: Session, batch: Batch) -> bool:
    table = schema.karyograms
    return bool(session.scalar(select(exists().where(_S.karyogram_id == table.c.id, table.c.batch_id == batch.id))))


def place(session: Session, batch: Batch, key: str, now: datetime, lots: Random) -> list[Karyogram]:
    """Make karyograms of a known case; none where the batch is too small, or somebody was quicker."""
    own = _cells(session, batch)
    if len({cell["case_name"] for cell in own}) < FEWEST_CASES:
        return []
    # to mark them first keeps two processes from placing the same case
    claimed = update(schema.seeds).where(_S.known_case == key, _S.placed_at.is_(None)).values(placed_at=now)
    rows = sorted(session.execute(claimed.returning(schema.seeds)).mappings(), key=lambda row: row["number"])
    if not rows:
        return []
    case, models = _case(session, batch, own, lots), _models(own, len(rows), lots)
    files = [cell["file_name"] for cell in own]
    placed = []
    for row, model, cell in zip(rows, models, _cell_names(models), strict=True):
        name = pseudonyms.file_alike(model["file_name"], model["case_name"], case.name, files, lots)
        placed.append(_add(session, batch, case, row, cell=cell, file_name=name, came=model["created_at"], now=now))
        files.append(name)
    return placed


def _cells(session: Session, batch: Batch) -> list[RowMapping]:
    """The patients' karyograms of a batch, as far as they are models for others."""
    table, cases = schema.karyograms, schema.cases
    columns = table.c.case_id, cases.c.name.label("case_name"), table.c.cell, table.c.file_name, table.c.created_at
    query = select(*columns).join(cases, cases.c.id == table.c.case_id)
    query = query.where(table.c.batch_id == batch.id, table.c.page == 0, seeds.of_patients(table.c.id))
    return list(session.execute(query.order_by(table.c.created_at, table.c.id)).mappings())


def _case(session: Session, batch: Batch, own: Sequence[RowMapping], lots: Random) -> Case:
    """Open a case with a name that no other has, in any batch: nobody must take it for a patient's.

    Where most names of the batch are those of other batches too, cases are numbered batch by batch, and so is this one.
    """
    names = list(dict.fromkeys(cell["case_name"] for cell in own))
    table = schema.cases.c
    again = select(func.count(table.name.distinct())).where(
        table.name.in_(names[:_LOOKED_AT]), table.batch_id != batch.id
    )
    numbered_anew = 2 * (session.scalar(again) or 0) > len(names[:_LOOKED_AT])
    where = batch.id if numbered_anew else None
    name = pseudonyms.alike(names, lambda name: _is_taken(session, name, where), lots)
    return store.find_or_add_case(session, batch.id, name)


def _is_taken(session: Session, name: str, batch_id: str | None = None) -> bool:
    """Tell whether a case has this name, in one batch or in any."""
    table = schema.cases.c
    same = [table.name == name, *([] if batch_id is None else [table.batch_id == batch_id])]
    return bool(session.scalar(select(exists().where(*same))))


def _models(own: Sequence[RowMapping], number: int, lots: Random) -> list[RowMapping]:
    """Draw a case that has as many cells, or else most, as the model of another; its last cell serves for any more."""
    cells: dict[str, list[RowMapping]] = {}
    for cell in own:
        cells.setdefault(cell["case_id"], []).append(cell)
    most = min(number, max(map(len, cells.values())))
    chosen = lots.choice([found for found in cells.values() if len(found) >= most])
    return [*chosen[:number], *[chosen[-1]] * (number - len(chosen))]


def _cell_names(models: Sequence[RowMapping]) -> list[str]:
    """The cells of a case are called as those of its model, and further ones by the next numbers."""
    names: list[str] = []
    for number, model in enumerate(models, 1):
        names.append(model["cell"] if model["cell"] not in names else str(number))
    return names


def _add(
    session: Session,
    batch: Batch,
    case: Case,
    row: RowMapping,
    *,
    cell: str,
    file_name: str,
    came: datetime,
    now: datetime,
) -> Karyogram:
    picture = {name: row[name] for name in ("image_sha256", "width", "height")}
    karyogram = store.add_karyogram(
        session, batch=batch, case=case, cell=cell, file_name=file_name, page=0, now=came, **picture
    )
    session.execute(update(schema.seeds).where(_S.id == row["id"]).values(karyogram_id=karyogram.id))
    told = {"batch": batch.id, "known case": row["known_case"], "call": row["call"], "karyotype": row["karyotype"]}
    told |= {"picture": row["image_sha256"], "called": case.name}
    subject = f"karyogram {karyogram.id}"
    audit.record(session, now, person=row["person"], action="seed", subject=subject, details=told)
    return karyogram


def give_way(session: Session, batch_id: str, name: str, now: datetime, lots: Random = _LOTS) -> None:
    """Call a known case something else where a patient's case of its name comes into the same batch."""
    table, cases = schema.karyograms, schema.cases
    same = cases.c.batch_id == batch_id, cases.c.name == name, ~seeds.no_known_case(cases.c.id)
    case_id = session.scalar(select(cases.c.id).where(*same))
    if case_id is None:
        return
    new = pseudonyms.alike([name], lambda proposed: _is_taken(session, proposed), lots)
    session.execute(update(cases).where(cases.c.id == case_id).values(name=new))
    for karyogram_id, file_name in session.execute(select(table.c.id, table.c.file_name).where(_of(case_id))).all():
        values = {"file_name": file_name.replace(name, new)}
        session.execute(update(table).where(table.c.id == karyogram_id).values(**values))
        told = {"before": name, "after": new}
        subject = f"karyogram {karyogram_id}"
        audit.record(session, now, person=audit.NOBODY, action="rename a seed", subject=subject, details=told)


def _of(case_id: str) -> Any:
    return schema.karyograms.c.case_id == case_id


def _tell(session: Session, now: datetime, person: str, action: str, **told: Any) -> None:
    audit.record(
        session, now, person=person, action=action, subject=f"known case {told.pop('known_case')}", details=told
    )
