"""Who works with the system, and what each role may do. It is checked here at every write, never in a page alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is in the laboratory."""

    TECHNICIAN = "technician"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    READ_ONLY = "read_only"


class End(StrEnum):
    """Why a sign-in is over."""

    SIGNED_OUT = "signed_out"
    IDLE = "idle"
    EXPIRED = "expired"
    RELEASED = "released"  # the name was given free


class Action(StrEnum):
    """What somebody may be allowed to do."""

    UPLOAD = "upload"
    READ = "read"  # decide on a karyogram as its first or second reader
    ARBITRATE = "arbitrate"  # decide where two readers disagree
    EXPORT = "export"
    CHANGE_POLICY = "change_policy"
    PROMOTE_MODEL = "promote_model"
    SEED_CASES = "seed_cases"  # put known cases into the stream
    CORRECT = "correct"  # say what a chromosome really is
    RETRY = "retry"  # send a failed karyogram back to the engines


_TECHNICIAN: Final = frozenset({Action.UPLOAD, Action.READ, Action.EXPORT, Action.CORRECT, Action.RETRY})
ALLOWED: Final = {
    Role.TECHNICIAN: _TECHNICIAN,
    Role.SUPERVISOR: frozenset(Action),
    Role.ADMINISTRATOR: frozenset({Action.EXPORT, Action.CHANGE_POLICY, Action.PROMOTE_MODEL, Action.RETRY}),
    Role.READ_ONLY: frozenset[Action](),
}


@dataclass(frozen=True)
class Person:
    """Somebody who works with the system; ``name`` tells them apart and stands in every record.

    ``proven_at`` is when they last proved who they are, and ``signs_until`` is until when that is enough for a
    signature; None for both where nobody signs in, because nothing is proven there.
    """

    name: str
    role: Role
    proven_at: datetime | None = field(default=None, compare=False)
    signs_until: datetime | None = field(default=None, compare=False)

    @property
    def short(self) -> str:
        """The first of their names in small letters, for an address."""
        return self.name.partition(" ")[0].lower()


class NotAllowedError(PermissionError):
    """Somebody tried what their role may not do."""

    def __init__(self, person: Person, action: Action) -> None:
        """Say who tried what, and who may."""
        may = ", ".join(role.value.replace("_", " ") for role, actions in ALLOWED.items() if action in actions)
        role, what = person.role.value.replace("_", " "), action.value.replace("_", " ")
        super().__init__(f"{person.name} is {role} and may not {what}; who may: {may}")
        self.person = person
        self.action = action


class SignAgainError(PermissionError):
    """A signature needs a newer proof of who signs."""

    def __init__(self, person: Person) -> None:
        """Say what is needed."""
        super().__init__(f"{person.name} has to sign in again before signing")
        self.person = person


def may(person: Person, action: Action) -> bool:
    """Tell whether somebody may do something."""
    return action in ALLOWED[person.role]


def require(person: Person, action: Action) -> None:
    """Raise ``NotAllowedError`` unless somebody may do something."""
    if not may(person, action):
        raise NotAllowedError(person, action)


def require_proof(person: Person, now: datetime) -> None:
    """Raise ``SignAgainError`` where somebody signed in too long ago to sign a decision."""
    if person.signs_until is not None and now > person.signs_until:
        raise SignAgainError(person)


# Where nobody signs in, the system listens on this machine alone, and one chooses who one is.
DEMO: Final = (
    Person("Tove (demo technician)", Role.TECHNICIAN),
    Person("Teo (demo technician)", Role.TECHNICIAN),
    Person("Sara (demo supervisor)", Role.SUPERVISOR),
    Person("Gast (demo read-only)", Role.READ_ONLY),
)
