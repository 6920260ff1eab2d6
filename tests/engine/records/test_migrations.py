"""What earlier versions have written is still there, and means something, once the tables are those of today.

One database goes through all revisions; at each it is given what an installation of that version may hold.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select, text
from sqlalchemy.orm import Session

from engine.operations import checks
from engine.people import DEMO
from engine.records import audit, database, reports, schema, store
from engine.records.database import open_session
from engine.reviewing import reading_list
from engine.reviewing.reading_filter import Filter
from engine.reviews import Call, Place, Review
from engine.vocabulary import KaryogramState, Priority
from models.judging.triage import TriageOutcome
from tests.engine.records.test_database import migrate
from tests.servers import REPOSITORY

BEGAN = datetime(2026, 1, 1, 8, 30, 15, 123456, tzinfo=UTC)
PROBABILITY = {TriageOutcome.FLAGGED_ABNORMAL: 0.75, TriageOutcome.SCREENED_NORMAL: 0.125}
MEASURES = (
    *("pass_agreement", "agreement_low", "agreement_high", "mean_probability", "standard_deviation"),
    *("predictive_entropy", "mutual_information"),
)
Rows = dict[str, list[dict[str, Any]]]


def revisions() -> list[str]:
    """All revisions there are, the first one first."""
    scripts = ScriptDirectory(str(REPOSITORY / "engine" / "records" / "migrations")).walk_revisions()
    return [script.revision for script in scripts][::-1]


class Writer:
    """Writes rows for the columns that the tables have at this revision."""

    def __init__(self, connection: Connection, revision: str) -> None:
        self.revision, self.now = revision, BEGAN + timedelta(days=revisions().index(revision))
        self.connection, self._metadata = connection, MetaData()
        self.tables = set(inspect(connection).get_table_names())

    def add(self, name: str, /, **values: Any) -> Any:
        """Insert a row without what this revision has no column for; returns its first key."""
        if name not in self.tables:
            return None
        table = Table(name, self._metadata, autoload_with=self.connection)
        known = {column.name: values[column.name] for column in table.columns if column.name in values}
        needed = [column for column in table.columns if not (column.nullable or column.server_default is not None)]
        later = {
            column.name: _anything(column.type.python_type, self.now)
            for column in needed
            if column.name not in known and not column.primary_key
        }
        key = self.connection.execute(table.insert().values(**known, **later)).inserted_primary_key
        return key[0] if key else None

    def key(self, word: str) -> str:
        """An id of this revision's own."""
        return hashlib.sha256(f"{word} {self.revision}".encode()).hexdigest()[:32]

    def tell(self, **entry: Any) -> None:
        """Enter something into the audit trail, once there is one."""
        if "audit" in self.tables:
            audit.record(Session(self.connection), self.now, **entry)


def _anything(kind: type, now: datetime) -> Any:
    """A value for a column that a later version will have and that must have one."""
    return {str: "", int: 1, float: 0.5, bool: False, bytes: b"", datetime: now}.get(kind, [])


def write(connection: Connection, revision: str) -> None:
    """Write what an installation of this version may hold."""
    writer = Writer(connection, revision)
    batch, case = writer.key("batch"), writer.key("case")
    writer.add("batches", id=batch, name=revision, model="vgg16", passes=3, created_at=writer.now)
    writer.add("cases", id=case, batch_id=batch, name=f"P{revision}")
    _karyogram(writer, "waiting", KaryogramState.QUEUED)
    failed = _karyogram(writer, "failed", KaryogramState.FAILED, review="first", risk=9.0, failure="cannot be read")
    for outcome, review, risk in (
        (TriageOutcome.FLAGGED_ABNORMAL, "second", 4.75),
        (TriageOutcome.SCREENED_NORMAL, "not_needed", 0.125),
    ):
        decided = "decisions" in writer.tables
        state = KaryogramState.JUDGED
        key = _karyogram(writer, outcome, state, review=review if decided else "first", risk=risk)
        _verdict(writer, key, outcome)
        if outcome is TriageOutcome.FLAGGED_ABNORMAL:
            _decision(writer, key)
            writer.add("findings", karyogram_id=key, text="+21")
            writer.add(
                "heat_maps", karyogram_id=key, model="vgg16", state="requested", requested_at=writer.now, tries=0
            )
            box = dict.fromkeys(("box_left", "box_top", "box_right", "box_bottom"), 1.5)
            writer.add(
                "corrections", karyogram_id=key, model="vgg16", object=3, name="21", created_at=writer.now, **box
            )
    problem = {"kind": "duplicate", "message": "same bytes", "duplicate_of": failed, "created_at": writer.now}
    writer.add("problems", batch_id=batch, file_name="a.png", **problem)
    _choices(writer)


def _karyogram(writer: Writer, word: str, state: KaryogramState, **values: Any) -> str:
    key, data = writer.key(word), f"picture {word} {writer.revision}".encode()
    sha256 = hashlib.sha256(data).hexdigest()
    writer.add("pictures", sha256=sha256, bytes=data, media_type="image/png", size=len(data))
    place = {"batch_id": writer.key("batch"), "case_id": writer.key("case"), "cell": word, "file_name": f"{word}.png"}
    size = {"page": 0, "width": 120, "height": 100, "image_sha256": sha256}
    writer.add("karyograms", id=key, state=state.value, created_at=writer.now, **place, **size, **values)
    return key


def _verdict(writer: Writer, karyogram: str, outcome: TriageOutcome) -> None:
    abnormal = outcome is TriageOutcome.FLAGGED_ABNORMAL
    row = {
        **dict.fromkeys(MEASURES, 0.25),
        "karyogram_id": karyogram,
        "model": "vgg16",
        "model_sha256": "ab" * 32,
        "image_sha256": hashlib.sha256(f"picture {outcome} {writer.revision}".encode()).hexdigest(),
        "seed": 2**40,
        "precision": "float32",
        "outcome": outcome.value,
        "reasons": ["voted_abnormal"] if abnormal else [],
        "findings": [{"chromosome": "21", "text": "+21", "probability": 0.875}] if abnormal else [],
        "passes": 1,
        "votes_abnormal": int(abnormal),
        "label": "abnormal" if abnormal else "normal",
        "calibrated_probability": PROBABILITY[outcome],
        "policy": {"min_pass_agreement": 0.8, "max_calibrated_probability": 0.3, "max_mutual_information": 0.1},
        "pass_probabilities": struct.pack("<d", 0.75),
        "engine": "host-1",
        "seconds": 0.5,
        "created_at": writer.now,
    }
    writer.add("verdicts", **row)
    if "audit" in writer.tables:
        audit.judged(Session(writer.connection), row)


def _decision(writer: Writer, karyogram: str) -> None:
    opinion = {"call": Call.ABNORMAL.value, "karyotype": "47,XX,+21", "findings": ["+21"], "comment": "", "reason": ""}
    place = {"place": Place.FIRST.value, "amends": None}
    who = {"person": "Anna", "model": "vgg16", "outcome": "flagged_abnormal", "created_at": writer.now}
    number = writer.add("decisions", karyogram_id=karyogram, **opinion, **place, **who)
    details = {"decision": number, "before": "first", "after": "second", **opinion, **place}
    writer.tell(person="Anna", action="decide", subject=f"karyogram {karyogram}", details=details)


def _choices(writer: Writer) -> None:
    """What supervisors have chosen."""
    who = {"author": "Sofia", "reason": "as agreed", "created_at": writer.now}
    limits = {"min_pass_agreement": 0.9, "max_calibrated_probability": 0.3, "max_mutual_information": 0.1}
    writer.add("policies", model=f"m{writer.revision}", version=1, quality_share=0.02, grounds="", **limits, **who)
    writer.add("promotions", model="vgg16", **who)
    writer.add("shadows", model=None, **who)


def rows(connection: Connection) -> Rows:
    """All rows of all tables, as they are kept."""
    newest = "alembic_version", "audit_head"  # what these name changes with every version
    return {
        name: [dict(row) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()]
        for name in inspect(connection).get_table_names()
        if name not in newest
    }


@pytest.fixture
def migrated(empty_url: str) -> Iterator[tuple[Engine, dict[str, Rows]]]:
    """A store that went through all versions, and what each of them left behind."""
    engine, left = database.connect(empty_url), {}
    try:
        for revision in revisions():
            migrate(engine, command.upgrade, revision)
            with engine.begin() as connection:
                write(connection, revision)
                left[revision] = rows(connection)
        yield engine, left
    finally:
        engine.dispose()


def test_what_earlier_versions_wrote_is_kept_and_means_something(migrated: tuple[Engine, dict[str, Rows]]) -> None:
    engine, left = migrated
    with engine.connect() as connection:
        today = rows(connection)
    for revision, tables in left.items():
        for name, old in tables.items():
            kept = {column for row in today[name] for column in row}
            now = [{column: row[column] for column in row.keys() & old[0].keys()} for row in today[name]] if old else []
            lost = [row for row in old if {key: row[key] for key in row.keys() & kept} not in now]
            assert lost == [], f"rows of {name} that {revision} had"
    with open_session(engine) as session:
        assert list(checks.faults(session)) == []
        _mean_something(session)


def _mean_something(session: Session) -> None:
    """Each version's karyograms, through the eyes of today's code."""
    versions = len(revisions())
    assert len(store.unfinished(session)) == versions
    assert [karyogram.failure for karyogram in reports.failed(session)] == ["cannot be read"] * versions
    assert reading_list.known_findings(session) == ["+21"]
    shown = reading_list.page(session, DEMO[0], Filter(), 1000).entries
    assert len({entry.karyogram.id for entry in shown}) == len(shown) >= versions
    table = schema.karyograms
    for revision in revisions():
        query = select(table).join(schema.batches, schema.batches.c.id == table.c.batch_id)
        of_version = session.execute(query.where(schema.batches.c.name == revision)).mappings().all()
        turns = {row["cell"]: (row["review"], row["risk"], row["sampled"]) for row in of_version}
        had_turns = revisions().index(revision) >= revisions().index("0004")
        assert turns == {
            "waiting": (Review.WAITING, None, False),
            "failed": (Review.FIRST, 9.0, False),
            "flagged_abnormal": (Review.SECOND if had_turns else Review.FIRST, 4.75, False),
            "screened_normal": (Review.NOT_NEEDED, 0.125, False),
        }
        for row in of_version:
            if row["state"] is KaryogramState.JUDGED:
                verdict = store.verdict(session, row["id"])
                assert verdict is not None
                assert (verdict.outcome.value, verdict.policy_version) == (row["cell"], None)
        batch = store.batch(session, of_version[0]["batch_id"])
        assert (batch.priority, batch.sent) == (Priority.ROUTINE, None)
    assert not session.scalars(select(schema.verdicts.c.karyogram_id).where(schema.verdicts.c.shadow)).all()
