"""Signing in at a real identity provider in a real browser: roles, a signature, signing out, and who is refused."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from playwright.sync_api import Page, expect

from engine.records import audit
from engine.records.database import connect, open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.vocabulary import Karyogram
from tests import servers
from tests.e2e.steps import call, confirm, settle, write

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

COOKIE_SECRET, CLIENT_SECRET = "cookie-0123456789abcdef0123456789", "client-0123456789abcdef"
AN_HOUR = 3600
SECRETS = f"""\
[auth]
redirect_uri = "http://127.0.0.1:{{{{port}}}}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "karyotriage"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{{provider}}/.well-known/openid-configuration"

[auth.again]
client_id = "karyotriage"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{{provider}}/.well-known/openid-configuration"
client_kwargs = {{{{ prompt = "login" }}}}
authorize_params = {{{{ max_age = "0" }}}}
"""
TESS = {"sub": "tess", "name": "Tess Lind", "email": "tess@lab.example", "roles": ["staff", "technician"]}
SUE = {"sub": "sue", "name": "Sue Holm", "email": "sue@lab.example", "roles": ["supervisor"]}
OLE = {"sub": "ole", "name": "Ole <b>Ek</b>", "email": "ole@lab.example", "roles": ["staff"]}
TESS_NAME, SUE_NAME = "Tess Lind (tess@lab.example)", "Sue Holm (sue@lab.example)"
MAY_LOOK = "may look; a supervisor may change this"


@dataclass(frozen=True)
class Signed:
    """A dashboard where people sign in, the provider, what both write into their logs, and a flagged karyogram."""

    address: str
    provider: str
    log: Path
    database_url: str
    karyogram: Karyogram


@pytest.fixture
def lab(environment: dict[str, str], flagged: Karyogram, tmp_path: Path) -> Iterator[Signed]:
    """A laboratory with an identity provider; of Tess it says that she proved who she is an hour ago."""
    old = {**TESS, "auth_time": int(time.time()) - AN_HOUR}
    with servers.identity_provider([old, SUE, OLE], tmp_path / "provider.log") as provider:
        secrets = tmp_path / "secrets.toml"
        secrets.write_text(SECRETS.format(provider=provider), encoding="utf-8")
        settings = {**environment, "STREAMLIT_SECRETS_FILES": str(secrets)}
        log = tmp_path / "dashboard.log"
        with servers.dashboard(settings, log) as (_, address):
            yield Signed(address, provider, log, environment["DATABASE_URL"], flagged)


def become(page: Page, sub: str) -> None:
    """Prove at the provider who one is."""
    page.get_by_role("button", name=sub, exact=True).first.click()


def change_claims(provider: str, claims: dict[str, object]) -> None:
    told = {name: value for name, value in claims.items() if name != "sub"}
    request = urllib.request.Request(
        f"{provider}/users/{claims['sub']}",
        json.dumps(told).encode(),
        {"Content-Type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=10).close()


def sign_out(page: Page) -> None:
    page.get_by_test_id("stPopover").first.get_by_role("button").first.click()
    page.get_by_role("button", name="Sign out").click()
    page.locator("form button").first.click()  # the provider asks whether to end the session there too


def sign_in(page: Page, sub: str, name: str, button: str = "Sign in") -> None:
    page.get_by_role("button", name=button, exact=True).click()
    become(page, sub)
    expect(page.get_by_test_id("stPopover").filter(has_text=name)).to_be_visible()
    settle(page)


def sign_a_decision(page: Page, lab: Signed, folder: Path) -> None:
    """The proof is too old for a signature, so one signs in again, and finds what one had written."""
    page.goto(f"{lab.address}/karyogram?karyogram={lab.karyogram.id}")
    call(page, "Abnormal")
    write(page, "Karyotype (ISCN)", "47,XY,+21")
    write(page, "Comment", "seen twice")
    expect(page.get_by_text("That is too long ago for a signature")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm: abnormal")).to_have_count(0)
    page.screenshot(path=folder / "stale.png")
    change_claims(lab.provider, {**TESS, "auth_time": int(time.time())})
    page.get_by_role("button", name="Sign in again to sign: abnormal").click()
    page.wait_for_url(re.compile(r"/authorize\?(?=.*\bmax_age=0\b)(?=.*\bprompt=login\b)"))
    become(page, "tess")
    expect(page.get_by_text("You have signed in again. Nothing is kept yet")).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_value("seen twice")
    expect(page.get_by_text("I have read this karyogram as its first reader")).to_be_visible()
    page.screenshot(path=folder / "fresh.png")
    confirm(page, "abnormal", "first reader: abnormal, 47,XY,+21")
    expect(page.get_by_text("You have decided on this karyogram")).to_be_visible()


def check_what_is_kept(lab: Signed) -> None:
    engine = connect(lab.database_url)
    with open_session(engine) as session:
        (kept,) = decisions.of(session, lab.karyogram.id)
        trail = [(entry.person, entry.action) for entry in audit.entries(session) if entry.action.startswith("sign")]
    engine.dispose()
    assert (kept.person, kept.opinion) == (TESS_NAME, Opinion(Call.ABNORMAL, "47,XY,+21", comment="seen twice"))
    tess, sue = (
        [(TESS_NAME, action) for action in ("sign in", "sign out")],
        [(SUE_NAME, "sign in"), (SUE_NAME, "sign out")],
    )
    assert trail == [tess[0], *tess, *sue]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_people_sign_in_sign_decisions_and_sign_out(lab: Signed, page: Page, tmp_path: Path) -> None:
    page.goto(f"{lab.address}/batches")
    expect(page.get_by_text("Only people whom your laboratory has given a role")).to_be_visible()
    expect(page.get_by_text("Monday")).to_have_count(0)
    page.screenshot(path=tmp_path / "outside.png")
    sign_in(page, "tess", TESS_NAME)
    page.goto(f"{lab.address}/models")
    expect(page.get_by_text(MAY_LOOK).first).to_be_visible()
    expect(page.get_by_text("Demo: nobody signs in")).to_have_count(0)
    sign_a_decision(page, lab, tmp_path)

    cookies = cast("list[SetCookieParam]", page.context.cookies())
    sign_out(page)
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    page.context.add_cookies(cookies)  # what a browser or a thief still holds
    page.goto(f"{lab.address}/batches")
    expect(page.get_by_text("You have signed out.")).to_be_visible()

    sign_in(page, "sue", SUE_NAME, "Sign in again")
    page.goto(f"{lab.address}/models")
    expect(page.get_by_role("button", name="Put in use").first).to_be_enabled()
    expect(page.get_by_text(MAY_LOOK)).to_have_count(0)
    page.screenshot(path=tmp_path / "supervisor.png")
    sign_out(page)

    page.get_by_role("button", name="Sign in", exact=True).click()
    become(page, "ole")
    expect(page.get_by_text("has no role in Karyotriage")).to_be_visible()
    page.goto(f"{lab.address}/karyogram?karyogram={lab.karyogram.id}")
    expect(page.get_by_text("You cannot come in")).to_be_visible()
    expect(page.get_by_text("47,XY,+21")).to_have_count(0)
    page.screenshot(path=tmp_path / "refused.png")

    check_what_is_kept(lab)
    written = lab.log.read_text(encoding="utf-8")
    assert "refused: Ole <b>Ek</b> (ole@lab.example) has no role" in written
    assert COOKIE_SECRET not in written
    assert CLIENT_SECRET not in written
