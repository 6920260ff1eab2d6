"""How readers and models did on the known cases among the others: what was found, missed, and called without reason.

Only a supervisor may know, and of readers only what is signed counts. Readers are judged by what each said first. A
model finds what it does not screen: a person then reads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.figures.periods import Period
from engine.figures.shares import Share
from engine.people import Action, Person, require
from engine.records import schema
from engine.records.rows import select_karyograms, to_karyogram
from engine.records.seeds import Seed, to_seed
from engine.reviewing import decisions
from engine.reviews import Call, Decision, Place, Review
from engine.vocabulary import Karyogram
from models.judging.triage import TriageOutcome

_K: Final = schema.karyograms.c
_S: Final = schema.seeds.c


@dataclass(frozen=True)
class Result:
    """What one reader or one model made of known cases.

    ``found``: of the abnormal ones those that were called so, ``missed``: those that were called normal; a reader may
    have called one not assessable. ``alarms``: of the normal ones those that were called abnormal, or flagged by a
    model. ``named``: of the found ones with a known karyotype those of which the reader gave the same; None of a model.
    """

    name: str
    found: Share
    missed: Share
    alarms: Share
    named: Share | None = None


@dataclass(frozen=True)
class _Said:
    """What somebody said of one picture of a known case."""

    name: str
    case: str
    truth: Call
    call: Call
    karyotypes: tuple[str, str] = ("", "")  # the known one, and what the reader wrote


def readers(session: Session, person: Person, period: Period) -> list[Result]:
    """Compare readers with the answers, by name.

    Args:
        session: see ``engine.records.database.open_session``.
        person: who wants to know.
        period: in which the karyograms came.

    Raises:
        NotAllowedError: their role may not know.
    """
    require(person, Action.SEED_CASES)
    table = schema.decisions
    columns = table.c.person, _S.known_case, _S.call.label("truth"), table.c.call, _S.karyotype, table.c.karyotype
    query = _placed(period, select(*columns).join_from(schema.seeds, table, table.c.karyogram_id == _S.karyogram_id))
    query = query.where(_K.review == Review.SIGNED, table.c.amends.is_(None), table.c.place != Place.THIRD)
    rows = session.execute(query).all()
    said = [_Said(name, case, truth, call, (known, written)) for name, case, truth, call, known, written in rows]
    return _results(said, named=True)


def models(session: Session, person: Person, period: Period) -> list[Result]:
    """Compare models with the answers, candidates in the shadow too, by name; see ``readers``."""
    require(person, Action.SEED_CASES)
    table = schema.verdicts
    columns = table.c.model, _S.known_case, _S.call, table.c.outcome
    query = _placed(period, select(*columns).join_from(schema.seeds, table, table.c.karyogram_id == _S.karyogram_id))
    calls = {True: Call.NORMAL, False: Call.ABNORMAL}
    rows = session.execute(query).all()
    said = [_Said(name, case, truth, calls[TriageOutcome.SCREENED_NORMAL is says]) for name, case, truth, says in rows]
    return _results(said, named=False)


def _placed(period: Period, query: Select[Any]) -> Select[Any]:
    return query.join(schema.karyograms, _K.id == _S.karyogram_id).where(period.holds(_K.created_at))


def _results(said: Iterable[_Said], *, named: bool) -> list[Result]:
    by_name: dict[str, list[_Said]] = defaultdict(list)
    for one in said:
        by_name[one.name].append(one)
    return [_result(name, by_name[name], named=named) for name in sorted(by_name)]


def _result(name: str, said: list[_Said], *, named: bool) -> Result:
    abnormal, normal = ([one for one in said if one.truth is call] for call in (Call.ABNORMAL, Call.NORMAL))
    found = [one for one in abnormal if one.call is Call.ABNORMAL]
    known = [one for one in found if one.karyotypes[0].strip()]
    same = [one for one in known if len({"".join(text.split()).casefold() for text in one.karyotypes}) == 1]
    return Result(
        name=name,
        found=_share(found, abnormal),
        missed=_share([one for one in abnormal if one.call is Call.NORMAL], abnormal),
        alarms=_share([one for one in normal if one.call is Call.ABNORMAL], normal),
        named=_share(same, known) if named else None,
    )


def _share(part: list[_Said], whole: list[_Said]) -> Share:
    return Share(len(part), len(whole), len({one.case for one in whole}))


@dataclass(frozen=True)
class Told:
    """A signed picture of a known case: the answer, what the model of its batch said, what each reader said first."""

    karyogram: Karyogram
    seed: Seed
    outcome: TriageOutcome | None
    first: tuple[Decision, ...]


def told(session: Session, person: Person, period: Period, limit: int) -> list[Told]:
    """Return the signed known cases of a period, those placed last first; see ``readers``."""
    require(person, Action.SEED_CASES)
    batches, verdicts = schema.batches, schema.verdicts
    of_batch = (verdicts.c.karyogram_id == _K.id) & (verdicts.c.model == batches.c.model)
    query = (
        select_karyograms()
        .add_columns(*(_S[name] for name in ("name", "call", "karyotype", "simulated", "person", "placed_at")))
        .add_columns(_S.cell.label("known_cell"), verdicts.c.outcome)
        .join(schema.seeds, _S.karyogram_id == _K.id)
        .join(batches, batches.c.id == _K.batch_id)
        .outerjoin(verdicts, of_batch)
        .where(period.holds(_K.created_at), _K.review == Review.SIGNED)
        .order_by(_S.placed_at.desc(), _K.id)
        .limit(limit)
    )
    rows = session.execute(query).mappings().all()
    made = decisions.of_many(session, [row["id"] for row in rows])
    return [
        Told(
            karyogram=to_karyogram(row),
            seed=to_seed({**row, "cell": row["known_cell"]}),
            outcome=row["outcome"],
            first=tuple(one for one in made[row["id"]] if one.amends is None),
        )
        for row in rows
    ]
