"""A known case in a real browser: a supervisor hands it in, readers meet it unknowing, and Quality shows the result."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect
from sqlalchemy import select

from engine.people import DEMO
from engine.records import schema
from engine.records.database import connect, open_session
from tests import records
from tests.e2e.conftest import Karyotriage
from tests.e2e.steps import call, come, confirm, kept, metric, write

TOVE, TEO, SARA, _ = DEMO
KARYOTYPE = "47,XY,+21"
SCREENED, FLAGGED = (3, 4, 16, 23), 6  # seeds of pictures as the predictor of the test judges them
ANSWERS = f'file,label,case_id,karyotype\nplate.png,abnormal,External 7,"{KARYOTYPE}"\n'.encode()
GIVEN_AWAY = re.compile("known|external 7|plate", re.IGNORECASE)


def file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "text/csv" if name.endswith(".csv") else "image/png", "buffer": data}


def hand_in(page: Page, address: str) -> None:
    """As a supervisor, hand in a picture with the table of its answer, for the next batch."""
    page.goto(f"{address}/quality?person={SARA.short}")
    page.get_by_text("Put known cases among the others").click()
    files = [file("plate.png", records.png(FLAGGED)), file("answers.csv", ANSWERS)]
    page.locator('input[type="file"]').first.set_input_files(files)
    page.get_by_role("button", name="Put them in").click()
    expect(metric(page, "Wait for a batch")).to_have_text("1")


def upload(page: Page, address: str) -> None:
    """As a technician, upload a batch of cases that the engine screens."""
    page.goto(f"{address}/upload")
    files = [file(f"P{number:03d}_c1.png", records.png(number)) for number in SCREENED]
    page.locator('input[type="file"]').first.set_input_files(files)
    page.get_by_role("button", name="Start triage").click()
    expect(page.get_by_text(f"Received {len(SCREENED)} of {len(SCREENED)}")).to_be_visible()


def placed(sqlite_url: str) -> str:
    """The karyogram that the known case has become."""
    engine = connect(sqlite_url)
    with open_session(engine) as session:
        (found,) = session.scalars(select(schema.seeds.c.karyogram_id))
    engine.dispose()
    return str(found)


def cells(page: Page, table: str) -> Locator:
    """The cells of a table that is drawn on a canvas, as it holds them for screen readers."""
    return page.get_by_role("region", name=table).locator("canvas td")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_known_case_is_read_as_any_other_and_its_result_is_shown(
    karyotriage: Karyotriage, environment: Mapping[str, str], page: Page, sqlite_url: str
) -> None:
    hand_in(page, karyotriage.address)
    upload(page, karyotriage.address)
    with karyotriage.start_light_engine():
        expect(page.get_by_text("Every karyogram of this batch is done")).to_be_visible()

    page.goto(f"{karyotriage.address}/reading?list=mine")
    page.get_by_role("button", name="Start reading").click()
    page.wait_for_url(re.compile(f"karyogram={placed(sqlite_url)}"))
    expect(page.get_by_role("heading", name="Decision")).to_be_visible()
    for person, place in ((TOVE, "first reader"), (TEO, "second reader")):
        come(page, person)
        call(page, "Abnormal")
        expect(page.get_by_text(GIVEN_AWAY)).to_have_count(0)
        write(page, "Karyotype (ISCN)", KARYOTYPE)
        confirm(page, "abnormal", f"{place}: abnormal, {KARYOTYPE}")
        kept(page, f"{person.name}, {place}: abnormal, {KARYOTYPE}")

    page.goto(f"{karyotriage.address}/quality?person={SARA.short}")
    expect(metric(page, "Signed").last).to_have_text("1")
    all_of_one, none_of_one = "1 of 1: too few (21 to 100 %)", "0 of 1: too few (0 to 79 %)"
    of_each = [all_of_one, none_of_one, "none yet"]  # found, missed, false alarms
    readers = [cell for reader in (TEO, TOVE) for cell in (reader.name, *of_each, all_of_one)]
    expect(cells(page, "Readers on known cases")).to_have_text(readers)
    expect(cells(page, "Models on known cases")).to_have_text([environment["KARYOTRIAGE_MODEL"], *of_each])
