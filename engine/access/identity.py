"""Who somebody is and which role they have, by what their identity provider says of them (OpenID Connect).

Roles come from a claim of the identity token or, where there is one, from a file with a role for each address. Whoever
has no role is refused: who shall only look gets the role "read_only".
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from engine.names import visible
from engine.people import Role
from engine.settings import Settings, SettingsError

_RANKS: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.TECHNICIAN, Role.READ_ONLY)
_LONGEST_NAME: Final = 200
_ROLES_FILE: Final = "KARYOTRIAGE_ROLES_FILE"


class RefusedError(PermissionError):
    """Somebody who is not let in; the text says why, for them to see."""


@dataclass(frozen=True)
class Identity:
    """What an identity provider says of somebody who signed in.

    ``account`` tells people apart for ever: a hash of the provider and of their key there. ``sign_in`` tells this
    sign-in from their others. ``proven_at`` is when they proved who they are, ``issued_at`` and ``expires_at`` belong
    to what the provider says.
    """

    account: str
    sign_in: str
    name: str
    role: Role
    provider: str
    proven_at: datetime
    issued_at: datetime
    expires_at: datetime


def identify(claims: Mapping[str, Any], settings: Settings) -> Identity:
    """Read the claims of an identity token, whose signature has been checked before.

    Args:
        claims: of the token.
        settings: which claim or which file tells the role.

    Raises:
        RefusedError: it does not tell who this is, or they have no role.
        SettingsError: the file of roles cannot be read.
    """
    issuer, subject = (_text(claims, name) for name in ("iss", "sub"))
    issued_at, expires_at = (_moment(claims, name) for name in ("iat", "exp"))
    if not issuer or not subject or issued_at is None or expires_at is None:
        raise RefusedError("The identity provider did not say who you are. Please tell your administrator.")
    name = _name(claims)
    return Identity(
        account=_digest(issuer, subject),
        sign_in=_digest(issuer, subject, str(claims["iat"]), _text(claims, "nonce"), _text(claims, "jti")),
        name=name,
        role=_role(claims, settings, name),
        provider=issuer,
        proven_at=_moment(claims, "auth_time") or issued_at,
        issued_at=issued_at,
        expires_at=expires_at,
    )


def roles_of_file(file: Path) -> dict[str, Role]:
    """Read the file of roles: CSV with the columns ``email`` and ``role``; returns roles by address in small letters.

    Raises:
        SettingsError: it cannot be read, lacks a column, or names an address twice or a role that there is not.
    """
    expected = f"a CSV file with the columns email and role, of the roles {', '.join(Role)}"
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        found = [(row["email"].strip().casefold(), Role(row["role"].strip())) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(_ROLES_FILE, expected, f"{file}: {type(error).__name__}") from error
    except (KeyError, ValueError, AttributeError) as error:
        raise SettingsError(_ROLES_FILE, expected, f"{file}: {error}") from error
    if len(dict(found)) < len(found):
        raise SettingsError(_ROLES_FILE, "a file that names each address once", str(file))
    return dict(found)


def _role(claims: Mapping[str, Any], settings: Settings, name: str) -> Role:
    found = _by_file(claims, settings.roles_file) if settings.roles_file else _by_claim(claims, settings)
    if not found:
        where = "the list of people" if settings.roles_file else f"the claim {settings.role_claim!r}"
        raise RefusedError(f"{name} has no role in Karyotriage: {where} names none. Please ask your administrator.")
    return min(found, key=_RANKS.index)


def _by_file(claims: Mapping[str, Any], file: Path) -> list[Role]:
    """Tell the role of an address; one that the provider itself calls unverified could be anybody's."""
    address = _text(claims, "email").casefold()
    if claims.get("email_verified") in (False, "false"):
        raise RefusedError(f"The address {address} is not verified. Please ask your administrator.")
    role = roles_of_file(file).get(address) if address else None
    return [] if role is None else [role]


def _by_claim(claims: Mapping[str, Any], settings: Settings) -> list[Role]:
    told = _claim(claims, settings.role_claim)
    values: Iterable[Any] = told if isinstance(told, list | tuple) else [told]
    return [settings.role_names[value] for value in values if isinstance(value, str) and value in settings.role_names]


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """Find a claim by its name, or by a path such as ``realm_access.roles``."""
    if name in claims:
        return claims[name]
    head, _, rest = name.partition(".")
    inner = claims.get(head)
    return _claim(inner, rest) if rest and isinstance(inner, Mapping) else None


def _name(claims: Mapping[str, Any]) -> str:
    """What stands in every record: the name with the address, because two people may have the same name."""
    address = _text(claims, "email") or _text(claims, "preferred_username") or _text(claims, "sub")
    name = _text(claims, "name")
    return visible(f"{name} ({address})" if name and name != address else address)[:_LONGEST_NAME]


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return datetime.fromtimestamp(value, UTC)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
