"""Every role tries everything that people can do, on a real store: what is refused is refused and leaves no trace."""

from __future__ import annotations

import ast
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine.exports import coco, seal, trail
from engine.exports.batch_report import formats
from engine.figures.periods import Period
from engine.intake.intake import IncomingFile, Intake
from engine.jobs.requeue import retry
from engine.jobs.stream import JobStream
from engine.known_cases import seed_results, seeding
from engine.people import DEMO, NotAllowedError, Person, Role, SignAgainError
from engine.policy import policies, promotions, shadows
from engine.records import database, schema, seeds, store
from engine.records.database import open_session
from engine.reviewing import corrections, decisions
from engine.reviewing.corrections import Correction
from engine.reviews import Call, Decision, Opinion, Place
from engine.settings import Settings
from engine.vocabulary import Batch, Karyogram
from models.judging.triage import Policy, TriageOutcome
from models.pictures import Limits
from tests import seeded
from tests.records import NOW, add_batch, karyograms, png, verdict
from tests.servers import REPOSITORY

ABNORMAL, NORMAL = Opinion(Call.ABNORMAL, reason="seen"), Opinion(Call.NORMAL, reason="seen")
KIM = Person("Kim", Role.SUPERVISOR)  # who has done something before, in another role
LIMITS = Limits(max_pixels=10**6, min_side=50)
TERMS = policies.Terms(Policy(min_pass_agreement=0.9))
TODAY = Period(NOW - timedelta(hours=1), NOW + timedelta(hours=1), timedelta(hours=1))
MODELS = {"in_use": "pixels", "installed": ["pixels", "other"]}


@dataclass(frozen=True)
class Laboratory:
    """A store in which everything waits that somebody could do."""

    engine: Engine
    stream: JobStream
    batch: Batch
    unread: Karyogram
    disputed: Karyogram
    failed: Karyogram
    read_by_kim: Karyogram
    settled_by_kim: Karyogram

    def contents(self) -> dict[str, list[Any]]:
        """Every row of every table, and how much waits on the stream."""
        with open_session(self.engine) as session:
            tables = {
                table.name: sorted(map(repr, session.execute(select(table)))) for table in schema.metadata.sorted_tables
            }
        return {**tables, "stream": [self.stream.lag()]}

    def own(self, karyogram: Karyogram) -> Decision:
        with open_session(self.engine) as session:
            return next(one for one in decisions.of(session, karyogram.id) if one.person == KIM.name)


@pytest.fixture
def laboratory(sqlite_url: str, stream: JobStream) -> Laboratory:
    engine = database.connect(sqlite_url)
    batch = add_batch(engine, *map(png, range(5)))
    unread, disputed, failed, read, settled = karyograms(engine)
    tove, teo, *_ = DEMO
    with open_session(engine) as session:
        for karyogram in (unread, disputed, read, settled):
            store.save_verdict(session, verdict(karyogram, TriageOutcome.FLAGGED_ABNORMAL))
        store.fail(session, failed.id, "the engine stopped three times")
        for karyogram in (disputed, settled):
            decisions.decide(session, tove, karyogram.id, ABNORMAL, NOW)
            decisions.decide(session, teo, karyogram.id, NORMAL, NOW)
        for karyogram in (read, settled):
            decisions.decide(session, KIM, karyogram.id, ABNORMAL, NOW)
        session.commit()
    seeded.add_batch(engine)  # of several cases, so that a known one can be lost among them
    return Laboratory(engine, stream, batch, unread, disputed, failed, read, settled)


Attempt = Callable[[Laboratory, Session, Person], object]


def intake(lab: Laboratory, person: Person) -> Intake:
    return Intake(lab.engine, lab.stream, Settings(), person)


def send(lab: Laboratory, session: Session, person: Person) -> None:
    report = intake(lab, person).receive(lab.batch, [IncomingFile(name="new.png", data=io.BytesIO(png(99)))], NOW)
    assert len(report.accepted) == 1


def amend(lab: Laboratory, session: Session, person: Person, karyogram: Karyogram) -> None:
    decisions.amend(session, person, lab.own(karyogram), NORMAL, NOW)


def correct(lab: Laboratory, session: Session, person: Person) -> None:
    box = (1.0, 1.0, 9.0, 9.0)
    corrections.add(session, Correction(lab.unread.id, "pixels", 0, "21", box, NOW), person=person)


def change_policy(lab: Laboratory, session: Session, person: Person) -> None:
    policies.change(session, person, "pixels", TERMS, reason="safer", now=NOW, after=0)


def promote(lab: Laboratory, session: Session, person: Person) -> None:
    promotions.promote(
        session, person, "other", before="pixels", installed=["pixels", "other"], reason="better", now=NOW
    )


def begin_shadow(lab: Laboratory, session: Session, person: Person) -> None:
    shadows.begin(session, person, "other", in_use="pixels", installed=["pixels", "other"], reason="try", now=NOW)


def export_trail(lab: Laboratory, session: Session, person: Person) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trail.write(session, io.BytesIO(), seal.kept_in(Path(folder) / "key.pem"), person=person)


def hand_in(session: Session, person: Person, number: int) -> None:
    seeding.prepare(session, person, [seeded.known(number)], LIMITS, NOW)


def put_in(lab: Laboratory, session: Session, person: Person) -> None:
    waiting = session.scalars(select(schema.seeds.c.known_case)).all()
    large = session.scalars(select(schema.batches.c.id).where(schema.batches.c.name == "Batch 100")).one()
    assert seeding.put_in(session, lab.stream, person, waiting, batch_id=large, now=NOW)


TECHNICIAN, SUPERVISOR, ADMINISTRATOR = Role.TECHNICIAN, Role.SUPERVISOR, Role.ADMINISTRATOR
WORKERS, HEADS = {TECHNICIAN, SUPERVISOR}, {SUPERVISOR, ADMINISTRATOR}
ATTEMPTS: dict[str, tuple[Attempt, set[Role]]] = {
    "open_batch": (lambda lab, _, who: intake(lab, who).open_batch("Monday", "pixels", 5, NOW), WORKERS),
    "_allowance": (send, WORKERS),
    "place_for, first": (lambda lab, s, who: decisions.decide(s, who, lab.unread.id, ABNORMAL, NOW), WORKERS),
    "place_for, third": (lambda lab, s, who: decisions.decide(s, who, lab.disputed.id, NORMAL, NOW), {SUPERVISOR}),
    "amend": (lambda lab, s, who: amend(lab, s, who, lab.read_by_kim), WORKERS),
    "amend, third": (lambda lab, s, who: amend(lab, s, who, lab.settled_by_kim), {SUPERVISOR}),
    "add": (correct, WORKERS),
    "retry": (lambda lab, s, who: retry(s, lab.stream, lab.failed.id, person=who), WORKERS | HEADS),
    "write": (
        lambda lab, s, who: formats.write(s, lab.batch.id, formats.Format.CSV, io.BytesIO(), LIMITS, person=who),
        WORKERS | HEADS,
    ),
    "write, trail": (export_trail, WORKERS | HEADS),
    "archive": (lambda lab, s, who: coco.archive(s, LIMITS, lab.batch.id, person=who), WORKERS | HEADS),
    "change": (change_policy, HEADS),
    "promote": (promote, HEADS),
    "begin": (begin_shadow, HEADS),
    "end": (lambda lab, s, who: shadows.end(s, who, NOW), HEADS),
    "prepare": (lambda lab, s, who: hand_in(s, who, 1), {SUPERVISOR}),
    "withdraw": (lambda lab, s, who: seeding.withdraw(s, who, NOW), {SUPERVISOR}),
    "prepare, again": (lambda lab, s, who: hand_in(s, who, 2), {SUPERVISOR}),
    "put_in": (put_in, {SUPERVISOR}),
}
LOOKS: dict[str, Callable[[Session, Person], object]] = {
    "standing": seeds.standing,
    "readers": lambda session, person: seed_results.readers(session, person, TODAY),
    "models": lambda session, person: seed_results.models(session, person, TODAY),
    "told": lambda session, person: seed_results.told(session, person, TODAY, 5),
}
"""What only a supervisor may know: which karyograms are known cases."""


def was_refused(laboratory: Laboratory, attempt: Attempt, person: Person) -> bool:
    """Try something for real; whoever is refused must leave no trace, and whoever is not, one entry of their own."""
    before, refused = laboratory.contents(), False
    with open_session(laboratory.engine) as session:
        try:
            attempt(laboratory, session, person)
        except (NotAllowedError, SignAgainError):
            refused = True
        session.commit()  # whoever catches the error might do so
    after = laboratory.contents()
    assert (after == before) is refused
    entries = set(after["audit"]) - set(before["audit"])
    assert [KIM.name in entry for entry in entries] == [True] * (not refused)
    return refused


@pytest.mark.parametrize("role", Role)
def test_every_role_tries_everything(laboratory: Laboratory, role: Role) -> None:
    kim = replace(KIM, role=role)
    refused = {name: was_refused(laboratory, attempt, kim) for name, (attempt, _) in ATTEMPTS.items()}
    assert refused == {name: role not in allowed for name, (_, allowed) in ATTEMPTS.items()}


@pytest.mark.parametrize("role", Role)
def test_only_a_supervisor_looks_at_known_cases(laboratory: Laboratory, role: Role) -> None:
    kim = replace(KIM, role=role)
    for look in LOOKS.values():
        with open_session(laboratory.engine) as session:
            if role is SUPERVISOR:
                look(session, kim)
            else:
                with pytest.raises(NotAllowedError):
                    look(session, kim)


def test_nobody_signs_by_a_proof_that_is_too_old(laboratory: Laboratory) -> None:
    kim = replace(KIM, proven_at=NOW, signs_until=NOW - timedelta(seconds=1))
    signed = ("place_for, first", "place_for, third", "amend", "amend, third")
    assert all(was_refused(laboratory, ATTEMPTS[name][0], kim) for name in signed)
    assert not was_refused(laboratory, ATTEMPTS["add"][0], kim)  # a correction is no signature


def test_a_signature_stands_in_the_audit_trail(laboratory: Laboratory) -> None:
    kim = replace(KIM, proven_at=NOW, signs_until=NOW)
    with open_session(laboratory.engine) as session:
        made = decisions.decide(session, kim, laboratory.unread.id, ABNORMAL, NOW)
        session.commit()
    assert made.place is Place.FIRST
    (entry,) = (row for row in laboratory.contents()["audit"] if f'"decision":{made.id},' in row)
    assert '"meaning":"I have read this karyogram as its first reader","name":"Kim"' in entry
    assert f'"proven_at":"{NOW.isoformat()}"' in entry


def functions_that_ask(path: Path) -> set[str]:
    """The functions of a file that ask whether a role may do something."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("require", "people.require")
    }


def test_the_table_has_every_place_that_asks_for_a_role() -> None:
    asking = {name for path in (REPOSITORY / "engine").rglob("*.py") for name in functions_that_ask(path)}
    assert asking == {name.partition(",")[0] for name in ATTEMPTS} | LOOKS.keys()


def test_the_dashboard_always_says_who_does_it() -> None:
    """``None`` stands for the shell of the machine, which may do everything: no page may leave the person out."""
    checked = 0
    for path in (REPOSITORY / "dashboard").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in (
                "retry",
                "corrections.add",
                "write",
                "trail.write",
                "coco.archive",
            ):
                assert "person" in {keyword.arg for keyword in call.keywords}, f"{path}:{call.lineno}"
                checked += 1
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "Intake":
                assert len(call.args) == 4, f"{path}:{call.lineno}"
                checked += 1
    assert checked >= 7
