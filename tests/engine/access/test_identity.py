"""Who somebody is and which role they have, by the claims of an identity token."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.access.identity import RefusedError, identify, roles_of_file
from engine.people import Role
from engine.settings import Settings, SettingsError

SETTINGS = Settings()
ANNA: dict[str, Any] = {
    "iss": "https://id.lab.example",
    "sub": "7",
    "name": "Anna Berg",
    "email": "Anna@lab.example",
    "iat": 1_790_000_000,
    "exp": 1_790_003_600,
    "nonce": "once",
    "roles": ["staff", "technician"],
}


def with_file(folder: Path, text: str) -> Settings:
    file = folder / "roles.csv"
    file.write_text(text, encoding="utf-8")
    return replace(SETTINGS, roles_file=file)


def test_a_claim_tells_the_role_and_the_name_stands_with_the_address() -> None:
    anna = identify(ANNA, SETTINGS)
    assert (anna.name, anna.role) == ("Anna Berg (Anna@lab.example)", Role.TECHNICIAN)
    assert anna.issued_at == anna.proven_at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert identify({**ANNA, "auth_time": 1_789_999_000}, SETTINGS).proven_at.timestamp() == 1_789_999_000


def test_an_account_stays_the_same_and_each_sign_in_is_another() -> None:
    first, later = (identify({**ANNA, "nonce": nonce}, SETTINGS) for nonce in ("once", "twice"))
    assert first.account == later.account
    assert first.sign_in != later.sign_in
    assert identify({**ANNA, "iss": "https://elsewhere.example"}, SETTINGS).account != first.account


@pytest.mark.parametrize(
    ("told", "role"),
    [
        ("supervisor", Role.SUPERVISOR),
        (["read_only", "technician", "supervisor"], Role.SUPERVISOR),
        (["technician", "administrator"], Role.ADMINISTRATOR),
        (["read_only"], Role.READ_ONLY),
    ],
)
def test_of_several_roles_the_highest_counts(told: object, role: Role) -> None:
    assert identify({**ANNA, "roles": told}, SETTINGS).role is role


@pytest.mark.parametrize("told", [None, [], "", ["staff"], 7, {"technician": True}, [["technician"]], "Technician"])
def test_whoever_has_no_role_is_refused_and_told_so(told: object) -> None:
    with pytest.raises(RefusedError, match=r"Anna Berg .* has no role in Karyotriage: the claim 'roles' names none"):
        identify({**ANNA, "roles": told}, SETTINGS)


def test_the_claim_and_its_values_can_be_those_of_the_laboratory() -> None:
    settings = replace(SETTINGS, role_claim="realm_access.roles", role_names={"lab-heads": Role.SUPERVISOR})
    assert identify({**ANNA, "realm_access": {"roles": ["lab-heads"]}}, settings).role is Role.SUPERVISOR
    flat = {**ANNA, "https://lab.example/roles": "lab-heads"}
    assert identify(flat, replace(settings, role_claim="https://lab.example/roles")).role is Role.SUPERVISOR
    with pytest.raises(RefusedError):
        identify({**ANNA, "realm_access": {"roles": ["supervisor"]}}, settings)


@pytest.mark.parametrize("missing", ["iss", "sub", "iat", "exp"])
def test_a_token_that_does_not_say_who_or_how_long_lets_nobody_in(missing: str) -> None:
    with pytest.raises(RefusedError, match="did not say who you are"):
        identify({name: value for name, value in ANNA.items() if name != missing}, SETTINGS)


def test_a_file_alone_tells_roles_where_there_is_one(tmp_path: Path) -> None:
    settings = with_file(tmp_path, "email,role\nanna@LAB.example , supervisor\nbo@lab.example,read_only\n")
    assert identify(ANNA, settings).role is Role.SUPERVISOR
    assert identify({**ANNA, "email": "bo@lab.example", "roles": ["supervisor"]}, settings).role is Role.READ_ONLY
    for stranger in ("eve@lab.example", "", None):
        with pytest.raises(RefusedError, match="the list of people names none"):
            identify({**ANNA, "email": stranger}, settings)
    with pytest.raises(RefusedError, match="is not verified"):
        identify({**ANNA, "email_verified": False}, settings)


@pytest.mark.parametrize(
    "text",
    [
        "email,role\na@b,boss\n",
        "address,role\na@b,technician\n",
        "email,role\na@b\n",
        "email,role\na,technician\nA,supervisor\n",
    ],
)
def test_a_file_that_is_wrong_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    settings = with_file(tmp_path, text)
    assert settings.roles_file is not None
    with pytest.raises(SettingsError, match="KARYOTRIAGE_ROLES_FILE must be"):
        roles_of_file(settings.roles_file)
    with pytest.raises(SettingsError, match="FileNotFoundError"):
        roles_of_file(tmp_path / "nowhere.csv")


def test_a_name_brings_no_invisible_signs_along() -> None:
    assert identify({**ANNA, "name": "An\u202ena\n"}, SETTINGS).name == "Anna (Anna@lab.example)"
    assert identify({**ANNA, "name": "", "email": ""}, SETTINGS).name == "7"
