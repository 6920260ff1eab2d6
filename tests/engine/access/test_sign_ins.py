"""Sign-ins: who is let in, until when, and that what a browser still holds is worth nothing afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from engine.__main__ import main
from engine.access import drafts, sign_ins
from engine.access.drafts import Draft
from engine.access.identity import Identity, RefusedError
from engine.access.sign_ins import EndedError
from engine.people import Person, Role, SignAgainError, require_proof
from engine.records import audit
from engine.records.database import connect, open_session
from engine.settings import Settings
from tests.records import NOW, add_batch, karyograms, png

SETTINGS = Settings()
ANNA = Identity(
    account="a" * 64,
    sign_in="1" * 64,
    name="Anna (anna@lab.example)",
    role=Role.TECHNICIAN,
    provider="https://id.lab.example",
    proven_at=NOW,
    issued_at=NOW,
    expires_at=NOW + timedelta(hours=24),
)


def enter(engine: Engine, identity: Identity, after: timedelta, *, active: bool = True) -> Person:
    """Come in some time after the sign-in; what is written is kept, whether one is let in or not."""
    with open_session(engine) as session:
        try:
            return sign_ins.enter(session, identity, SETTINGS, NOW + after, active=active)
        finally:
            session.commit()


def told(engine: Engine) -> list[tuple[str, str]]:
    with open_session(engine) as session:
        return [(entry.action, entry.details) for entry in audit.entries(session)]


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_somebody_comes_in_and_it_stands_in_the_audit_trail_once(sql_engine: Engine) -> None:
    first, again = (enter(sql_engine, ANNA, minutes(after)) for after in (0, 5))
    assert first == again == Person("Anna (anna@lab.example)", Role.TECHNICIAN)
    assert first.signs_until == NOW + minutes(SETTINGS.signature_minutes)
    assert [action for action, _ in told(sql_engine)] == ["sign in"]


def test_a_signature_needs_a_proof_that_is_not_old(sql_engine: Engine) -> None:
    anna = enter(sql_engine, ANNA, minutes(0))
    require_proof(anna, NOW + minutes(SETTINGS.signature_minutes))
    with pytest.raises(SignAgainError, match="has to sign in again"):
        require_proof(anna, NOW + minutes(SETTINGS.signature_minutes + 0.1))
    require_proof(Person("Tove", Role.TECHNICIAN), NOW)


def test_a_session_without_a_click_ends_and_stays_ended(sql_engine: Engine) -> None:
    for after in (0, 25, 50):
        enter(sql_engine, ANNA, minutes(after))
    enter(sql_engine, ANNA, minutes(79), active=False)  # a page that refreshes itself
    for after in (81, 82, 50):
        with pytest.raises(EndedError, match="more than 30 min, so your session has ended"):
            enter(sql_engine, ANNA, minutes(after))
    assert told(sql_engine)[1:] == [("sign out", '{"why":"idle"}')]


@pytest.mark.parametrize(("expires", "hours"), [(1.0, 0.9), (48.0, 11.9)])
def test_a_sign_in_ends_when_it_expires_and_after_some_hours_in_any_case(
    sql_engine: Engine, expires: float, hours: float
) -> None:
    anna = replace(ANNA, expires_at=NOW + timedelta(hours=expires))
    for step in range(int(hours * 60) // 20 + 1):
        enter(sql_engine, anna, minutes(20 * step))
    with pytest.raises(EndedError, match="has expired"):
        enter(sql_engine, anna, timedelta(hours=min(expires, SETTINGS.sign_in_hours)))
    assert told(sql_engine)[-1] == ("sign out", '{"why":"expired"}')


def test_an_old_cookie_lets_nobody_in(sql_engine: Engine) -> None:
    with pytest.raises(EndedError):
        enter(sql_engine, ANNA, minutes(31))
    assert told(sql_engine) == []


def test_who_has_signed_out_is_out_although_the_browser_still_knows_them(sql_engine: Engine) -> None:
    enter(sql_engine, ANNA, minutes(0))
    with open_session(sql_engine) as session:
        sign_ins.leave(session, ANNA, NOW + minutes(1))
        session.commit()
    with pytest.raises(EndedError, match="signed out"):
        enter(sql_engine, ANNA, minutes(2))
    assert enter(sql_engine, replace(ANNA, sign_in="2" * 64, issued_at=NOW + minutes(3)), minutes(3)).name == ANNA.name


def test_whoever_is_called_differently_later_stays_the_same_reader(sql_engine: Engine) -> None:
    enter(sql_engine, ANNA, minutes(0))
    married = replace(ANNA, sign_in="2" * 64, name="Anna Lind (anna@lab.example)")
    assert enter(sql_engine, married, minutes(1)).name == "Anna (anna@lab.example)"


@pytest.mark.parametrize("name", [ANNA.name, audit.SHELL, audit.NOBODY])
def test_nobody_comes_in_under_a_name_that_is_not_theirs(sql_engine: Engine, name: str) -> None:
    enter(sql_engine, ANNA, minutes(0))
    with pytest.raises(RefusedError, match="belongs to another account"):
        enter(sql_engine, replace(ANNA, account="b" * 64, sign_in="3" * 64, name=name), minutes(1))


def test_a_name_that_was_released_goes_to_the_next_account(
    sqlite_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    engine, moved = connect(sqlite_url), replace(ANNA, account="b" * 64, sign_in="3" * 64)
    enter(engine, ANNA, minutes(0))
    assert main(["release", ANNA.name]) == 0
    assert capsys.readouterr().out == "Anna (anna@lab.example) is free for the next account that signs in under it.\n"
    with pytest.raises(EndedError):
        enter(engine, ANNA, minutes(1))
    assert enter(engine, moved, minutes(1)).name == ANNA.name
    with pytest.raises(RefusedError):
        enter(engine, replace(ANNA, sign_in="4" * 64), minutes(2))
    assert main(["release", "nobody"]) == 1
    assert [action for action, _ in told(engine)] == ["sign in", "sign out", "release name", "sign in"]
    engine.dispose()


def test_a_role_that_changes_counts_at_once_and_is_written_down(sql_engine: Engine) -> None:
    enter(sql_engine, ANNA, minutes(0))
    assert enter(sql_engine, replace(ANNA, role=Role.READ_ONLY), minutes(0.1)).role is Role.READ_ONLY
    assert told(sql_engine)[-1] == ("change role", '{"after":"read_only","before":"technician"}')


def test_a_draft_is_given_back_once_to_who_wrote_it(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    draft = Draft(karyogram.id, "new", {"call": "abnormal", "findings": ["+21"], "comment": "<b>é</b>"})
    with open_session(sql_engine) as session:
        drafts.keep(session, "Anna", replace(draft, turn="4"), NOW)
        drafts.keep(session, "Anna", draft, NOW)
        assert drafts.take(session, "Ben", NOW) is None
        assert drafts.take(session, "Anna", NOW + minutes(59)) == draft
        assert drafts.take(session, "Anna", NOW) is None
        drafts.keep(session, "Anna", draft, NOW)
        assert drafts.take(session, "Anna", NOW + timedelta(hours=1)) is None
