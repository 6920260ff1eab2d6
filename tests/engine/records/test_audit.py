"""The audit trail: entries are only added, and whoever changes, removes or inserts one with SQL is found out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from engine.people import Person, Role
from engine.records import audit, database, schema, store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from tests.records import NOW, add_batch, karyograms, png, verdict

_TRIGGERS_OFF = {
    "sqlite": tuple(f"DROP TRIGGER audit_no_{event}" for event in ("update", "delete", "replace")),
    "postgresql": ("ALTER TABLE audit DISABLE TRIGGER USER",),
}
_COPY = "INSERT INTO audit SELECT 5, at, person, action, subject, details, previous, hash FROM audit WHERE sequence = 2"


def write(engine: Engine, number: int, person: str = "Anna") -> None:
    with open_session(engine) as session:
        subject, moment = f"karyogram {number}", NOW + timedelta(seconds=number)
        audit.record(session, moment, person=person, action="decide", subject=subject, details={"call": number})
        session.commit()


def breaks(engine: Engine) -> list[audit.Break]:
    with open_session(engine) as session:
        return list(audit.broken(session))


def tamper(engine: Engine, *statements: str) -> None:
    """Do what somebody with the rights of the database's owner could do."""
    with engine.begin() as connection:
        for statement in (*_TRIGGERS_OFF[engine.dialect.name], *statements):
            connection.execute(text(statement))


def test_an_untouched_trail_holds(sql_engine: Engine) -> None:
    assert breaks(sql_engine) == []
    for number in range(5):
        write(sql_engine, number)
    assert breaks(sql_engine) == []
    with open_session(sql_engine) as session:
        written = list(audit.entries(session))
    assert [entry.sequence for entry in written] == [1, 2, 3, 4, 5]
    assert written[2].subject == "karyogram 2"
    assert written[2].details == '{"call":2}'
    assert written[2].at == NOW + timedelta(seconds=2)


def test_what_is_not_committed_leaves_no_entry(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        audit.record(session, NOW, person="Anna", action="decide", subject="karyogram 1")
    write(sql_engine, 2)
    with open_session(sql_engine) as session:
        assert [entry.subject for entry in audit.entries(session)] == ["karyogram 2"]
    assert breaks(sql_engine) == []


def test_several_at_once_stand_in_one_order(sql_engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: write(sql_engine, number), range(40)))
    with open_session(sql_engine) as session:
        written = list(audit.entries(session))
    assert [entry.sequence for entry in written] == list(range(1, 41))
    assert {entry.subject for entry in written} == {f"karyogram {number}" for number in range(40)}
    assert breaks(sql_engine) == []


def decide(engine: Engine) -> None:
    add_batch(engine, png(1))
    (karyogram,) = karyograms(engine)
    with open_session(engine) as session:
        store.save_verdict(session, verdict(karyogram))
        decisions.decide(session, Person("Anna", Role.TECHNICIAN), karyogram.id, Opinion(Call.NORMAL), NOW)
        session.commit()


@pytest.mark.parametrize("table", ["audit", "decisions"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET person = 'Ben'", "DELETE FROM {}"])
def test_the_database_refuses_changes(sql_engine: Engine, statement: str, table: str) -> None:
    write(sql_engine, 1)
    decide(sql_engine)
    with sql_engine.connect() as connection, pytest.raises(DBAPIError, match="never changed or deleted"):
        connection.execute(text(statement.format(table)))


@pytest.mark.parametrize("how", ["INSERT OR REPLACE", "REPLACE"])
def test_no_entry_is_replaced(sqlite_url: str, how: str) -> None:
    """SQLite takes the old row away without asking the trigger that refuses to delete."""
    engine = database.connect(sqlite_url)
    write(engine, 1)
    values = "SELECT sequence, at, 'Ben', action, subject, details, previous, hash FROM audit"
    with engine.connect() as connection, pytest.raises(DBAPIError, match="never changed or deleted"):
        connection.execute(text(f"{how} INTO audit {values}"))
    engine.dispose()


_OTHER_VALUES = {"sequence": "9", "at": "'2026-01-01 00:00:00+00:00'"}


@pytest.mark.parametrize("row", [1, 3, 4])
@pytest.mark.parametrize("field", [column.name for column in schema.audit.columns])
def test_a_changed_field_is_found(sql_engine: Engine, field: str, row: int) -> None:
    """Every column of the first, of one in the middle, and of the last entry."""
    for number in range(4):
        write(sql_engine, number)
    value = _OTHER_VALUES.get(field, f"'{'0' * 63}1'")  # not what stands before the first entry
    tamper(sql_engine, f"UPDATE audit SET {field} = {value} WHERE sequence = {row}")
    assert row in [found.sequence for found in breaks(sql_engine)]


@pytest.mark.parametrize("change", ["DELETE FROM audit_head", "UPDATE audit_head SET hash = '0'"])
def test_a_changed_head_is_found(sql_engine: Engine, change: str) -> None:
    for number in range(4):
        write(sql_engine, number)
    tamper(sql_engine, change)
    assert [found.sequence for found in breaks(sql_engine)] == [4]


@pytest.mark.parametrize("gone", [1, 2, 4])
def test_a_missing_entry_is_found_also_at_the_ends(sql_engine: Engine, gone: int) -> None:
    for number in range(4):
        write(sql_engine, number)
    tamper(sql_engine, f"DELETE FROM audit WHERE sequence = {gone}")
    assert gone in [found.sequence for found in breaks(sql_engine)]


def test_an_inserted_entry_is_found(sql_engine: Engine) -> None:
    for number in range(4):
        write(sql_engine, number)
    tamper(sql_engine, _COPY)
    assert breaks(sql_engine) != []
    tamper_again = "UPDATE audit_head SET sequence = 5, hash = (SELECT hash FROM audit WHERE sequence = 5)"
    with sql_engine.begin() as connection:
        connection.execute(text(tamper_again))
    assert [found.sequence for found in breaks(sql_engine)] == [5, 5]


def test_the_trail_can_be_searched_page_by_page(sql_engine: Engine) -> None:
    for number in range(6):
        write(sql_engine, number, person="Åsa 100%" if number % 2 else "Ben")
    with open_session(sql_engine) as session:
        first = audit.latest(session, 2, text="SA 100%")
        assert [entry.sequence for entry in first] == [6, 4]
        after = audit.latest(session, 2, before=first[-1].sequence, text="100%")
        assert [entry.sequence for entry in after] == [2]
        assert audit.latest(session, 5, text="karyogram_") == []
