"""From signed decisions to the report: a browser downloads the PDF and the FHIR bundle from the page of a batch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle
from playwright.sync_api import Page
from pypdf import PdfReader

from engine import decisions, store
from engine.database import connect, open_session
from engine.people import Person, Role
from engine.reviews import Call, Opinion
from engine.wording import RESEARCH_USE
from models.judging.triage import TriageOutcome
from tests.e2e.conftest import Karyotriage
from tests.records import NOW, add_batch, karyograms, png, verdict

pytestmark = pytest.mark.slow


@pytest.fixture
def signed_batch(sqlite_url: str, karyotriage: Karyotriage) -> str:
    """The id of a batch of two karyograms, of which two people have signed one."""
    engine = connect(sqlite_url)
    batch = add_batch(engine, png(1), png(2))
    first, second = karyograms(engine)
    with open_session(engine) as session:
        store.save_verdict(session, verdict(first, TriageOutcome.FLAGGED_ABNORMAL))
        store.save_verdict(session, verdict(second, TriageOutcome.FLAGGED_UNCERTAIN))
        for name in ("Anna", "Ben"):
            opinion = Opinion(Call.ABNORMAL, "47,XY,+21", ("+21",))
            decisions.decide(session, Person(name, Role.TECHNICIAN), first.id, opinion, NOW)
        session.commit()
    engine.dispose()
    return batch.id


def download(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_report_of_a_signed_batch(karyotriage: Karyotriage, page: Page, signed_batch: str, tmp_path: Path) -> None:
    page.goto(f"{karyotriage.address}/batches?batch={signed_batch}")
    page.get_by_role("button", name="Report").click()
    pdf = download(page, "Report as PDF", tmp_path)
    assert pdf.name == f"karyotriage_{signed_batch[:8]}.pdf"
    reader = PdfReader(pdf)
    text = " ".join(" ".join(sheet.extract_text() for sheet in reader.pages).split())
    assert "Signed as abnormal 47,XY,+21 by Anna, Ben" in text
    assert RESEARCH_USE in text
    assert sum(len(sheet.images) for sheet in reader.pages) == 2
    bundle = json.loads(download(page, "Signed results as FHIR", tmp_path).read_text(encoding="utf-8"))
    Bundle.model_validate(bundle)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds.count("Observation") == 1
