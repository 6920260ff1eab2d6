"""Coming in, without a browser: what somebody sees who is not signed in, whose session is over, or who may look."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import update
from streamlit import config
from streamlit.testing.v1 import AppTest

from dashboard.session import services
from engine.records import audit, schema
from engine.records.database import open_session
from engine.vocabulary import Batch, Karyogram
from tests.dashboard.conftest import APP, Dashboard
from tests.dashboard.test_pages import press, said
from tests.engine.access.test_exposure import WHOLE, written

Judged = tuple[Batch, list[Karyogram]]


def claims(role: str | None = "technician", minutes_ago: float = 0.0, **more: Any) -> dict[str, Any]:
    """What Streamlit knows of somebody who signed in so long ago."""
    issued = int(time.time() - 60 * minutes_ago)
    told = {"iss": "https://id.lab.example", "sub": "7", "name": "Anna *Berg*", "nonce": "once", "roles": [role]}
    return {**told, "iat": issued, "exp": issued + 36_000, "is_logged_in": True, **more}


@pytest.fixture
def signing_in(dashboard: Dashboard, tmp_path: Path) -> Iterator[Dashboard]:
    """A dashboard where people sign in."""
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(written(tmp_path, WHOLE))])
    yield dashboard
    config.set_option("secrets.files", before)


def come(user: dict[str, Any], view: str = "upload", **parameters: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.user = user
    app.run()
    app.switch_page(f"views/{view}.py")
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def spoken(app: AppTest) -> str:
    """What a page says, without what keeps Markdown from reading it."""
    return said(app).replace("\\", "")


def trail(dashboard: Dashboard) -> list[str]:
    with open_session(dashboard.engine) as session:
        return [entry.action for entry in audit.entries(session)]


def test_who_is_not_signed_in_sees_nothing_but_the_way_in(signing_in: Dashboard, judged_batch: Judged) -> None:
    batch, _ = judged_batch
    app = come({"is_logged_in": False}, "batches", batch=batch.id)
    assert [button.label for button in app.button] == [":yellow[Sign in]"]
    assert "For research use only" in said(app)
    assert not app.dataframe and not app.metric and not app.title


def test_a_technician_comes_in_and_is_called_by_name(signing_in: Dashboard, judged_batch: Judged) -> None:
    anna = claims()
    app = come(anna)
    assert "Role: **technician**" in said(app)
    assert app.title[0].value == "Upload"
    assert [button.label for button in app.button].count("Sign out") == 1
    assert not [badge for badge in app.markdown if "Demo" in badge.value]
    press(app, "Sign out")
    assert trail(signing_in) == ["judge"] * 4 + ["sign in", "sign out"]
    again = come(anna)
    assert "You have signed out." in spoken(again)


@pytest.mark.parametrize(
    ("user", "sentence", "offer"),
    [
        (claims(None), "Please ask your administrator", "Sign in as somebody else"),
        (claims(minutes_ago=45), "Nothing was done for more than 30 min", "Sign in again"),
        (claims(exp=int(time.time()) - 1), "Your sign-in has expired", "Sign in again"),
        ({**claims(), "iss": ""}, "did not say who you are", "Sign in as somebody else"),
    ],
)
def test_who_may_not_come_in_is_told_why(
    signing_in: Dashboard, user: dict[str, Any], sentence: str, offer: str
) -> None:
    app = come(user, "reading")
    assert sentence in spoken(app)
    assert [button.label for button in app.button] == [f":yellow[{offer}]"]
    assert trail(signing_in) == []


def test_who_may_only_look_is_offered_nothing_to_change(signing_in: Dashboard, judged_batch: Judged) -> None:
    _, karyograms = judged_batch
    app = come(claims("read_only"), "karyogram", karyogram=karyograms[1].id)
    assert "may not read; who may: technician, supervisor" in spoken(app)
    failed = come(claims("read_only"), "system")
    assert {button.label: button.disabled for button in failed.button}["Try again"]
    assert "may look, but not upload" in said(come(claims("read_only")))


def test_the_address_no_longer_says_who_somebody_is(signing_in: Dashboard) -> None:
    app = come(claims("read_only"), person="sara")
    assert "Role: **read only**" in said(app)


def test_an_old_proof_is_too_old_for_a_signature(signing_in: Dashboard, judged_batch: Judged) -> None:
    _, karyograms = judged_batch
    fresh = come(claims(), "karyogram", karyogram=karyograms[1].id)
    fresh.segmented_control[0].set_value("abnormal").run()
    assert "I have read this karyogram as its first reader" in said(fresh)
    assert "It is enough to sign until" in said(fresh)
    old = claims(auth_time=int(time.time()) - 3600)
    stale = come(old, "karyogram", karyogram=karyograms[1].id)
    stale.segmented_control[0].set_value("abnormal").run()
    labels = [button.label for button in stale.button]
    assert "Sign in again to sign: abnormal" in labels
    assert "Confirm: abnormal" not in labels


def test_what_is_written_when_a_session_ends_is_there_after_the_next_sign_in(
    signing_in: Dashboard, judged_batch: Judged
) -> None:
    _, karyograms = judged_batch
    first, second = claims(), claims(nonce="twice")
    app = come(first, "karyogram", karyogram=karyograms[1].id)
    app.segmented_control[0].set_value("abnormal").run()
    next(field for field in app.text_input if field.label == "Comment").set_value("<i>seen</i>").run()
    with open_session(signing_in.engine) as session:
        session.execute(update(schema.sign_ins).values(seen_at=datetime.now(UTC) - timedelta(hours=1)))
        session.commit()
    app.run()
    assert "your session has ended" in spoken(app)
    back = AppTest.from_file(str(APP), default_timeout=60)
    back.user = second
    back.run()
    assert "You have signed in again. Nothing is kept yet" in said(back)
    assert next(field for field in back.text_input if field.label == "Comment").value == "<i>seen</i>"
    assert back.segmented_control[0].value == "abnormal"


def test_half_a_sign_in_stops_everything_without_a_secret(dashboard: Dashboard, tmp_path: Path) -> None:
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(written(tmp_path, {**WHOLE, "client_id": ""}))])
    try:
        app = AppTest.from_file(str(APP), default_timeout=60).run()
    finally:
        config.set_option("secrets.files", before)
    assert app.title[0].value == "Karyotriage cannot start"
    assert "nothing for client\\_id" in app.error[0].value
    assert WHOLE["cookie_secret"] not in said(app)


def test_without_sign_in_it_refuses_to_work_for_other_computers(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = config.get_option("server.address")
    config.set_option("server.address", "0.0.0.0")
    try:
        refused = AppTest.from_file(str(APP), default_timeout=60).run()
        assert refused.title[0].value == "Karyotriage cannot start"
        assert "loopback interface alone" in refused.error[0].value
        monkeypatch.setenv("KARYOTRIAGE_LOOPBACK_ONLY", "yes")
        st.cache_resource.clear()
        assert "Welcome to Karyotriage" in said(AppTest.from_file(str(APP), default_timeout=60).run())
    finally:
        config.set_option("server.address", before)


def test_the_demo_says_that_it_is_one(dashboard: Dashboard) -> None:
    app = dashboard.open()
    assert "Demo: nobody signs in" in said(app)
    assert not services.signs_in()
