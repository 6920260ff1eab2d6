"""What the system runs on, told without loading it."""

from __future__ import annotations

from sqlalchemy import Engine

from engine.operations import installation
from engine.records.database import open_session
from tests.records import add_batch, png


def test_versions_are_those_that_are_installed() -> None:
    import numpy

    assert installation.versions()["numpy"] == numpy.__version__
    assert set(installation.versions()) == {"python", *installation.PARTS}


def test_the_revision_is_the_newest(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        assert installation.revision(session) >= "0009"


def test_a_store_grows_with_what_is_in_it(sql_engine: Engine) -> None:
    url = sql_engine.url.render_as_string(hide_password=False)
    with open_session(sql_engine) as session:
        before = installation.room(session, url)
    add_batch(sql_engine, *(png(number, (600, 900)) for number in range(4)))
    with open_session(sql_engine) as session:
        after = installation.room(session, url)
    assert after.used > before.used + 1_000_000
    assert (after.free is None) == (sql_engine.dialect.name == "postgresql")
