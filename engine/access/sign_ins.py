"""Sign-ins in the record store: who is in, since when, and until when. The caller commits.

The browser keeps what the identity provider said for weeks. Whether that still counts is decided here: a sign-in ends
when somebody signs out, after some time without a click, when what the provider said expires, and after some hours in
any case. A name belongs to one account for ever, whatever the provider calls people later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping, select, update
from sqlalchemy.orm import Session

from engine.access.identity import Identity, RefusedError
from engine.people import End, Person, Role
from engine.records import audit, schema, store
from engine.settings import Settings

_KEPT_EVERY: Final = timedelta(minutes=1)  # the last click is not written down more often than this
_NO_ACCOUNT: Final = ""  # of sign-ins under a name that was released
_WHY: Final = {
    End.SIGNED_OUT: "You have signed out.",
    End.IDLE: "Nothing was done for more than {} min, so your session has ended.",
    End.EXPIRED: "Your sign-in has expired.",
    End.RELEASED: "Your name was released for another account. Please ask your administrator.",
}
_T: Final = schema.sign_ins


class EndedError(PermissionError):
    """A sign-in that is over; the text says why, for the person to see."""


def enter(session: Session, identity: Identity, settings: Settings, now: datetime, *, active: bool) -> Person:
    """Let somebody in, for the first time or again.

    Args:
        session: see ``engine.records.database.open_session``.
        identity: who they are.
        settings: how long a sign-in holds.
        now: timezone-aware time.
        active: whether a person has just done something; a page that refreshes itself does not count.

    Raises:
        EndedError: the sign-in is over; that it ended is kept, so commit then too.
        RefusedError: the name belongs to another account.
    """
    row = _row(session, identity.sign_in)
    last = row["seen_at"] if row else identity.issued_at
    idle, longest = timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.sign_in_hours)
    if row and row["ended_at"] is not None:
        raise EndedError(_WHY[row["end"]].format(settings.idle_minutes))
    end = End.EXPIRED if now >= min(identity.expires_at, identity.issued_at + longest) else End.IDLE
    if end is End.EXPIRED or now - last > idle:
        _end(session, identity.sign_in, now, end)
        raise EndedError(_WHY[end].format(settings.idle_minutes))
    name = row["person"] if row else _begin(session, identity, now)
    _keep(session, identity, row, now if active else last, now)
    return Person(
        name, identity.role, identity.proven_at, identity.proven_at + timedelta(minutes=settings.signature_minutes)
    )


def leave(session: Session, identity: Identity, now: datetime) -> None:
    """End a sign-in, because somebody signs out; what the browser still holds no longer lets anybody in."""
    _end(session, identity.sign_in, now, End.SIGNED_OUT)


def release(session: Session, name: str, now: datetime) -> bool:
    """Take a name from its account: the next one that comes in under this name has it from then on.

    It is for a laboratory that changes its identity provider, where everybody gets a new account.

    Returns:
        False where no account has this name.
    """
    held = _T.c.person == name, _T.c.account != _NO_ACCOUNT
    mine = session.scalars(select(_T.c.id).where(*held, _T.c.ended_at.is_(None))).all()
    for sign_in in mine:
        _end(session, sign_in, now, End.RELEASED)
    released = session.scalars(update(_T).where(*held).values(account=_NO_ACCOUNT).returning(_T.c.id)).all()
    if released:
        audit.record(session, now, person=audit.SHELL, action="release name", subject=name)
    return bool(released)


def _row(session: Session, sign_in: str) -> RowMapping | None:
    return session.execute(select(_T).where(_T.c.id == sign_in)).mappings().one_or_none()


def _begin(session: Session, identity: Identity, now: datetime) -> str:
    """Write down that somebody is in; returns their name in all records."""
    name = _name_of(session, identity)
    values = {"id": identity.sign_in, "account": identity.account, "person": name, "role": identity.role}
    if store.insert_once(session, _T, {**values, "began_at": now, "seen_at": now}):
        _tell(session, now, name, "sign in", {"role": identity.role, "provider": identity.provider})
    return name


def _name_of(session: Session, identity: Identity) -> str:
    """The name that an account had at first, so that nobody becomes another reader by being called differently."""
    mine = select(_T.c.person).where(_T.c.account == identity.account).order_by(_T.c.began_at).limit(1)
    kept: str | None = session.scalar(mine)
    if kept is not None:
        return kept
    taken = select(_T.c.id).where(_T.c.person == identity.name, _T.c.account != _NO_ACCOUNT).limit(1)
    if session.scalar(taken) is not None or identity.name in (audit.NOBODY, audit.SHELL):
        raise RefusedError(f"The name {identity.name} belongs to another account. Please ask your administrator.")
    return identity.name


def _keep(session: Session, identity: Identity, row: RowMapping | None, seen: datetime, now: datetime) -> None:
    """Write down the last click now and then, and a role that has changed at once."""
    if row is None or (seen - row["seen_at"] < _KEPT_EVERY and row["role"] is identity.role):
        return
    session.execute(update(_T).where(_T.c.id == identity.sign_in).values(seen_at=seen, role=identity.role))
    if row["role"] is not identity.role:
        told = {"before": Role(row["role"]), "after": identity.role}
        _tell(session, now, row["person"], "change role", told)


def _end(session: Session, sign_in: str, now: datetime, why: End) -> None:
    """End a sign-in once."""
    mine = _T.c.id == sign_in, _T.c.ended_at.is_(None)
    ended = session.scalar(update(_T).where(*mine).values(ended_at=now, end=why).returning(_T.c.person))
    if ended is not None:
        _tell(session, now, ended, "sign out", {"why": why})


def _tell(session: Session, now: datetime, name: str, action: str, details: dict[str, Any]) -> None:
    audit.record(session, now, person=name, action=action, subject="of Karyotriage", details=details)
