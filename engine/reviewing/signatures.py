"""What a signature says: who, when and with which meaning. It is written with every decision into the audit trail."""

from __future__ import annotations

from typing import Any, Final

from engine.people import Person
from engine.reviews import Place

_MEANINGS: Final = {
    Place.FIRST: "I have read this karyogram as its first reader",
    Place.SECOND: "I have read this karyogram as its second reader, without seeing what the first one decided",
    Place.THIRD: "I have seen both readers' decisions and settle their disagreement",
}
_AMENDS: Final = "I amend my own decision, for the reason that I give"


def meaning(place: Place, *, amending: bool) -> str:
    """Return what somebody says by signing."""
    return _AMENDS if amending else _MEANINGS[place]


def told(person: Person, place: Place, *, amending: bool) -> dict[str, Any]:
    """Return what the audit trail tells of a signature.

    ``proven_at`` is when the identity provider let them prove who they are; None where nobody signs in.
    """
    proven = person.proven_at and person.proven_at.isoformat()
    return {"name": person.name, "meaning": meaning(place, amending=amending), "proven_at": proven}
