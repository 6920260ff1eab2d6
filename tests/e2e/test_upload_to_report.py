"""The main job in a real browser: a ZIP goes in, verdicts come out, two people sign, and the reports tell it.

The CSV has the figures of the screen; the PDF and the FHIR bundle have the decision.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle
from playwright.sync_api import Page, Position, expect
from pypdf import PdfReader

from dashboard.wording import words
from engine.people import DEMO
from engine.wording import RESEARCH_USE
from models.judging.triage import TriageOutcome
from tests.conftest import SHARED_DATA
from tests.e2e.conftest import Karyotriage
from tests.e2e.steps import ENGINE_STARTS_WITHIN, call, come, confirm, download, kept, metric, settle, write
from tests.servers import REPOSITORY

ROW = 64  # height of a row of the reading list, in pixels
BROKEN = "broken_c1.png"
KARYOTYPE = "47,XY,+21"


def karyograms() -> list[Path]:
    """Real karyograms, abnormal ones among them, or the simulated ones that ship with the project."""
    folder = SHARED_DATA / "karyograms"
    if not (folder / "labels.csv").is_file():
        return sorted((REPOSITORY / "dashboard" / "samples").glob("*.png"))
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        labels = [(row["label"], row["file"]) for row in csv.DictReader(file)]
    normal = [name for label, name in labels if label == "normal"]
    abnormal = [name for label, name in labels if label == "abnormal"]
    return [folder / name for name in normal[:5] + abnormal[:3]]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A ZIP of karyograms in a folder, with one broken file among them."""
    path = tmp_path / "batch.zip"
    with zipfile.ZipFile(path, "w") as file:
        for picture in karyograms():
            file.write(picture, f"monday/{picture.name}")
        file.writestr(f"monday/{BROKEN}", karyograms()[0].read_bytes()[:5000])
    return path


def upload(page: Page, address: str, archive: Path) -> None:
    page.goto(address)
    page.locator('input[type="file"]').set_input_files(archive)
    page.get_by_label("Batch name").fill("Monday [1] *night*")
    page.get_by_label("Batch name").press("Tab")
    page.get_by_role("button", name="Start triage").click()


def outcome_counts(page: Page) -> dict[TriageOutcome, int]:
    return {outcome: int(metric(page, shown.short).inner_text()) for outcome, shown in words.OUTCOMES.items()}


def figures(page: Page) -> dict[str, str]:
    """The measures as the karyogram's page shows them."""
    table = page.get_by_role("table", name="All measures of this verdict")
    expect(table.get_by_role("cell", name="Mutual information")).to_be_visible()
    rows = table.get_by_role("row").filter(has=page.get_by_role("cell")).all()
    cells = [row.get_by_role("cell").all_inner_texts() for row in rows]
    return {name.strip(): figure.strip() for name, figure, *_ in cells}


def open_first_of(page: Page, outcome: TriageOutcome) -> None:
    """Filter the reading list and click its first row; the table is a canvas, so only the mouse can reach it."""
    page.get_by_test_id("stButtonGroup").get_by_text(words.OUTCOMES[outcome].short, exact=True).click()
    page.wait_for_url(re.compile("outcome="))
    table = page.get_by_test_id("stDataFrame")
    expect(table.locator("canvas").first).to_be_visible()
    settle(page)
    page.wait_for_timeout(2000)  # the canvas tells nobody when it is drawn
    place: Position = {"x": 260, "y": 36 + ROW / 2}
    table.hover(position=place)
    page.wait_for_timeout(500)  # it looks at where the mouse is only now and then
    table.click(position=place, delay=100)
    page.wait_for_url(re.compile(r"/karyogram\?.*karyogram="))


def table(page: Page, folder: Path) -> list[dict[str, str]]:
    """The rows of the report's CSV."""
    page.get_by_role("button", name="Report").click()
    path = download(page, "Table as CSV", folder)
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def sign(page: Page, address: str) -> None:
    """Read a karyogram as two people, who say the same."""
    page.goto(address)
    for person, place in zip(DEMO, ("first reader", "second reader"), strict=False):
        come(page, person)
        call(page, "Abnormal")
        write(page, "Karyotype (ISCN)", KARYOTYPE)
        confirm(page, "abnormal", f"{place}: abnormal, {KARYOTYPE}")
        kept(page, f"{person.name}, {place}: abnormal, {KARYOTYPE}")


def expected_figures(row: dict[str, str]) -> dict[str, str]:
    """The figures of a row of the CSV, in the form in which people read them."""
    low, high = 100 * float(row["agreement_low"]), 100 * float(row["agreement_high"])
    return {
        "Calibrated probability of abnormal": words.percent(float(row["calibrated_probability"])),
        "Votes for abnormal": f"{row['votes_abnormal']} of {row['passes']}",
        "Pass agreement": f"{words.percent(float(row['pass_agreement']))} (95 % interval {low:.1f} to {high:.1f} %)",
        "Mean probability of abnormal": words.percent(float(row["mean_probability"])),
        "Standard deviation": f"{float(row['standard_deviation']):.3f}",
        "Predictive entropy": f"{float(row['predictive_entropy']):.3f} bits",
        "Mutual information": f"{float(row['mutual_information']):.3f} bits",
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_from_upload_to_signed_report(karyotriage: Karyotriage, page: Page, archive: Path, tmp_path: Path) -> None:
    number = len(karyograms())
    upload(page, karyotriage.address, archive)

    expect(page.get_by_text(f"Received {number} of {number + 1}")).to_be_visible()
    refused = page.get_by_role("row").filter(has_text=BROKEN)
    expect(refused).to_contain_text("Cut short")
    page.get_by_role("link", name="Open the batch").click()
    expect(page.get_by_role("heading", name="Monday [1] *night*")).to_be_visible()
    expect(page.get_by_text("No engine is running")).to_be_visible()
    expect(metric(page, "Waiting")).to_have_text(str(number))

    page.evaluate("window.notReloaded = true")
    with karyotriage.start_engine():
        expect(metric(page, "Waiting")).to_have_text("0", timeout=ENGINE_STARTS_WITHIN)
        expect(page.get_by_text("No engine is running")).to_have_count(0)
        settle(page)
        counts = outcome_counts(page)
        assert sum(counts.values()) == number
        assert page.evaluate("window.notReloaded") is True

        flagged = [TriageOutcome.FLAGGED_ABNORMAL, TriageOutcome.FLAGGED_UNCERTAIN]
        chosen = next(outcome for outcome in flagged if counts[outcome])
        open_first_of(page, chosen)
        expect(page.get_by_role("heading", name=words.OUTCOMES[chosen].label)).to_be_visible()
        page.get_by_text("Show where the evidence lies").click()
        expect(page.get_by_text(words.EVIDENCE_ADVICE)).to_be_visible()

    shown, address = figures(page), page.url
    page.reload()
    expect(page.get_by_role("heading", name=words.OUTCOMES[chosen].label)).to_be_visible()
    assert figures(page) == shown

    page.get_by_role("link", name="Monday [1] *night*").click()
    rows = table(page, tmp_path)
    assert Counter(row["outcome"] for row in rows) == Counter({o.value: count for o, count in counts.items() if count})
    row = next(row for row in rows if row["karyogram_id"] in address)
    assert row["outcome"] == chosen
    assert shown == expected_figures(row)

    sign(page, address)
    page.get_by_role("link", name="Monday [1] *night*").click()
    page.get_by_role("button", name="Report").click()
    reader = PdfReader(download(page, "Report as PDF", tmp_path))
    text = " ".join(" ".join(sheet.extract_text() for sheet in reader.pages).split())
    assert f"Signed as abnormal {KARYOTYPE} by {DEMO[0].name}, {DEMO[1].name}" in text
    assert RESEARCH_USE in text
    assert sum(len(sheet.images) for sheet in reader.pages) == len(rows) - counts[TriageOutcome.SCREENED_NORMAL]
    bundle = json.loads(download(page, "Signed results as FHIR", tmp_path).read_text(encoding="utf-8"))
    Bundle.model_validate(bundle)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds.count("Observation") == 1
