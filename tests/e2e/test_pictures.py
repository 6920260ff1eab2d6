"""The pictures of the documents: each page of the dashboard with simulated data, as `make pictures` draws it.

The engine is the real one with the model that ships; a year of simulated work stands behind it.
"""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import Engine, select

from engine.people import DEMO
from engine.records import database, schema, store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion, Review
from models.experiments.record import RECORDS
from tests import large
from tests.e2e.conftest import Karyotriage
from tests.e2e.steps import DRAWN
from tests.servers import REPOSITORY, wait_until

FOLDER = REPOSITORY / "docs" / "images"
PAGES = ("batches", "reading", "overview", "policy", "models", "quality", "comparison", "audit", "system")
SIZE = ViewportSize(width=1280, height=800)
MOST_HEIGHT = 1500
COLOURS = 128


def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page, as small as it can be without a difference to the eye."""
    page.wait_for_function(DRAWN, polling=50)
    page.wait_for_timeout(2500)  # charts and tables are drawn on canvases, which tell nobody when they are done
    height = int(page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight"))
    page.set_viewport_size(ViewportSize(width=SIZE["width"], height=min(max(SIZE["height"], height), MOST_HEIGHT)))
    page.wait_for_timeout(1500)
    picture = Image.open(io.BytesIO(page.screenshot()))
    page.set_viewport_size(SIZE)
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


def sign_some(engine: Engine, batch_id: str) -> str:
    """Two readers decide on the flagged of a batch but for the last one; returns the karyogram of the first of them."""
    tove, teo = DEMO[0], DEMO[1]
    table, now = schema.karyograms.c, datetime.now(UTC)
    with open_session(engine) as session:
        flagged = select(table.id).where(table.batch_id == batch_id, table.review == Review.FIRST)
        found = list(session.scalars(flagged.order_by(table.risk.desc(), table.id)))
        for number, key in enumerate(found[1:-1]):
            verdict = store.verdict(session, key)
            suggested = verdict.suggestion.iscn if verdict and verdict.suggestion else None
            opinion = Opinion(Call.ABNORMAL, suggested or "", reason="seen on the picture")
            for reader in (tove, teo)[: 1 if number == 0 else 2]:
                decisions.decide(session, reader, key, opinion, now + timedelta(seconds=number))
        session.commit()
    return str(found[0])


@pytest.fixture
def experiments() -> Path:
    """The records that ship."""
    return RECORDS


@pytest.mark.pictures
@pytest.mark.timeout(1800)
def test_each_page_has_a_picture(karyotriage: Karyotriage, page: Page, sqlite_url: str, tmp_path: Path) -> None:
    FOLDER.mkdir(exist_ok=True)
    engine = database.connect(sqlite_url)
    large.fill(engine, 1500, 60, seed=1, now=datetime.now(UTC) - timedelta(hours=2))
    page.set_viewport_size(SIZE)
    page.goto(karyotriage.address)
    page.locator('input[type="file"]').first.set_input_files(simulated(tmp_path / "new"))
    keep(page, "upload")
    page.get_by_role("button", name="Start triage").click()
    expect(page.get_by_role("link", name="Open the batch")).to_be_visible()
    with karyotriage.start_engine():
        wait_until(lambda: not waiting(engine), 600)
        newest = newest_batch(engine)
        key = sign_some(engine, newest)
        page.goto(f"{karyotriage.address}/batches?batch={newest}")
        expect(page.get_by_text("Reading list").first).to_be_visible()
        keep(page, "batch")
        page.goto(f"{karyotriage.address}/karyogram?karyogram={key}")
        expect(page.get_by_text("Decision").first).to_be_visible()
        keep(page, "karyogram")
        for name in PAGES:
            page.goto(f"{karyotriage.address}/{name}?person=sara")
            keep(page, name)
    engine.dispose()


def simulated(folder: Path) -> list[Path]:
    """New simulated karyograms: those that ship with the project are in the year of work already."""
    options = ["--abnormal", "0.5", "--width", "800", "--seed", "21", "--out", str(folder)]
    subprocess.run([sys.executable, "-m", "models", "simulate", "12", *options], check=True, cwd=REPOSITORY)
    return sorted(folder.glob("*.png"))


def waiting(engine: Engine) -> bool:
    with open_session(engine) as session:
        return bool(store.unfinished(session))


def newest_batch(engine: Engine) -> str:
    table = schema.batches.c
    with engine.connect() as connection:
        return str(connection.scalar(select(table.id).order_by(table.created_at.desc()).limit(1)))
