"""The comparison of models in a real browser: runs are chosen by clicking rows, and every chart follows."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Position, expect

from models.experiments.deferral import REASONS
from tests import runs
from tests.e2e.conftest import Karyotriage

ROW, HEAD = 38, 36  # heights in the table of runs, in pixels
WRONG_ROW = 36
CHARTS = {"Training": 4, "Probabilities": 1, "Abnormal or normal": 3}
"""The sections that have charts, with their number; the page opens with the last one."""
OPENING = 3


def chart(page: Page, name: str) -> Locator:
    """The chart whose alternative text begins with a name."""
    return page.locator(f'[data-testid="stVegaLiteChart"][aria-label^="{name}"]')


def curves(page: Page, name: str) -> dict[str, str]:
    """The lines of a chart as they are drawn, by their colour."""
    lines = chart(page, name).locator("g.mark-line path[stroke-width='2.2']").all()
    return {str(line.get_attribute("stroke")): str(line.get_attribute("d")) for line in lines}


def click_row(page: Page, table: Locator, row: int, height: int) -> None:
    place: Position = {"x": 220, "y": HEAD + height * (row + 0.5)}
    table.hover(position=place)
    page.wait_for_timeout(500)  # it looks at where the mouse is only now and then
    table.click(position=place, delay=100)


def keyed(page: Page, key: str) -> Locator:
    """The button with a key: tables have buttons for downloads too."""
    return page.locator(f".st-key-{key}").get_by_role("button")


def download(page: Page, kind: str, folder: Path) -> bytes:
    """The ROC curve as a file."""
    with page.expect_download() as waiting:
        keyed(page, f"roc_{kind}").click()
    path = folder / f"download.{kind}"
    waiting.value.save_as(path)
    return path.read_bytes()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_choosing_runs_changes_every_chart(karyotriage: Karyotriage, page: Page, tmp_path: Path) -> None:
    written = runs.write(tmp_path / "experiments", runs.some())
    page.goto(f"{karyotriage.address}/comparison?edition=simulated")
    expect(page.get_by_role("heading", name="Model comparison")).to_be_visible()
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(OPENING)
    expect(chart(page, "ROC").locator("svg")).to_be_visible()
    two = curves(page, "ROC")
    assert len(two) == 2

    page.get_by_role("tab", name="Reasons to defer").click()
    reasons = '[data-testid="stVegaLiteChart"][aria-label^="Risk against coverage"]'
    expect(page.locator(f'{reasons}[aria-label*="run A"]')).to_have_count(2)
    page.get_by_role("radio", name="B", exact=True).click()
    expect(page.locator(f'{reasons}[aria-label*="run B"]')).to_have_count(2)
    expect(page.locator(reasons).first.locator("g.mark-line path[stroke-width='2.2']")).to_have_count(len(REASONS))
    page.get_by_role("tab", name="Abnormal or normal").click()

    table = page.get_by_test_id("stDataFrame").first
    expect(table.locator("canvas").first).to_be_visible()
    page.wait_for_timeout(1500)  # the canvas tells nobody when it is drawn
    click_row(page, table, 2, ROW)
    page.wait_for_url("**/comparison?*run3=*")
    for section, number in CHARTS.items():
        page.get_by_role("tab", name=section).click()
        expect(page.locator('[data-testid="stVegaLiteChart"][aria-label*="run C"]')).to_have_count(number)
    expect(chart(page, "ROC").locator("g.mark-line path[stroke-width='2.2']")).to_have_count(3)
    three = curves(page, "ROC")
    assert {colour: three[colour] for colour in two} == two  # the same runs, in the same colours

    page.get_by_role("button", name="Take out").first.click()
    expect(page.locator('[data-testid="stVegaLiteChart"][aria-label*="run A"]')).to_have_count(0)
    expect(chart(page, "ROC").locator("g.mark-line path[stroke-width='2.2']")).to_have_count(2)
    left = curves(page, "ROC")
    assert left.items() < three.items()

    page.reload()
    expect(chart(page, "ROC").locator("g.mark-line path[stroke-width='2.2']")).to_have_count(2)
    assert curves(page, "ROC") == left

    page.get_by_text("Probability calibrated on the validation side").click()
    page.wait_for_url("**/comparison?*judged=Probability+calibrated*")
    calibrated = '[data-testid="stVegaLiteChart"][aria-label*="Judged by the probability calibrated"]'
    expect(page.locator(calibrated)).to_have_count(OPENING)

    five = "&".join(f"run{place}={run.name}" for place, run in enumerate(written[:5], 1))
    page.goto(f"{karyotriage.address}/comparison?edition=simulated&{five}")
    expect(chart(page, "ROC").locator("g.mark-line path[stroke-width='2.2']")).to_have_count(5)
    page.wait_for_timeout(1500)
    click_row(page, table, 6, ROW)
    expect(page.get_by_text("5 runs at most")).to_be_visible()
    assert five in page.url


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_runs_fit_into_a_small_window(karyotriage: Karyotriage, page: Page, tmp_path: Path) -> None:
    """What does not fit is a click away, and nothing is cut off that nobody would look for."""
    runs.write(tmp_path / "experiments", runs.few())
    page.set_viewport_size({"width": 1280, "height": 720})
    for columns in ("Sensitivity and AUC", "Other figures", "How it was made"):
        page.goto(f"{karyotriage.address}/comparison?columns={columns}")
        table = page.get_by_test_id("stDataFrame").first
        expect(table.locator("canvas").first).to_be_visible()
        page.wait_for_timeout(1500)
        assert table.locator(".dvn-scroller").evaluate("part => part.scrollWidth <= part.clientWidth"), columns


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_wrong_case_shows_its_picture_and_a_chart_comes_as_files(
    karyotriage: Karyotriage, page: Page, tmp_path: Path
) -> None:
    runs.write(tmp_path / "experiments", runs.few())
    page.goto(f"{karyotriage.address}/comparison")
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(OPENING)
    keyed(page, "downloads_roc").click()
    rows = list(csv.DictReader(io.StringIO(download(page, "CSV", tmp_path).decode("utf-8"), newline="")))
    assert {row["letter"] for row in rows} == {"A", "B"}
    assert {row["edition"] for row in rows} == {"simulated"}
    drawing = download(page, "SVG", tmp_path).decode("utf-8")
    assert "ROC curve" in drawing
    assert "Simulated data" in drawing
    assert "by case, source task weights (simulated)" in drawing  # the legend names the runs
    assert download(page, "PNG", tmp_path).startswith(b"\x89PNG")

    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Wrong cases").click()
    table = page.get_by_test_id("stDataFrame").last
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)
    click_row(page, table, 0, WRONG_ROW)
    picture = page.get_by_role("img", name="Simulated karyogram")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") == 416
