"""Every chromosome in a real browser: a click on a box chooses it, and a person corrects what it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Page, expect

from engine.records import store
from engine.records.database import connect, open_session
from engine.reviewing import corrections
from engine.vocabulary import Karyogram
from models import pictures
from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.judging.record import JUNK, Box, ComparedPair, Evidence, Record, SeenObject
from models.reading.crops import find_objects
from tests import records
from tests.e2e.conftest import Karyotriage
from tests.e2e.steps import settle
from tests.models.reading.telling import by_darkness
from tests.servers import REPOSITORY

SAMPLE = REPOSITORY / "dashboard" / "samples" / "simulated-010_c1.png"
COUNTS = dict.fromkeys(AUTOSOMES, 2) | {"13": 3, "X": 1, "Y": 1}
TALL = 25  # pixels: no caption is as high
ON_ONE_LINE = 20  # pixels by which the tops of chromosomes on one line differ at most
FREE_BELOW = 20  # pixels that Streamlit leaves beneath the picture


def read() -> Record:
    """The sample as a perfect reader would read it, its real boxes: 47,XY,+13, and nothing is called by chance."""
    objects = find_objects(page_of_sample(), by_darkness)
    tall = [(row, box[1]) for row, box in zip(objects.rows, objects.boxes, strict=True) if box[3] - box[1] >= TALL]
    names = iter([name for name in CHROMOSOMES for _ in range(COUNTS[name])])
    seen: list[SeenObject] = []
    for row, (left, top, right, bottom) in zip(objects.rows, objects.boxes.tolist(), strict=True):
        # captions are low, and stand below what is high in their row
        stands = any(row == other and abs(top - beginning) < ON_ONE_LINE for other, beginning in tall)
        name = next(names) if stands else JUNK
        seen.append(SeenObject((left, top, right, bottom), name, 0.9))
    assert next(names, None) is None
    bands = tuple(place % 8 / 10 for place in range(64))
    one, two = (number for number, found in enumerate(seen) if found.name == "4")
    pair = ComparedPair("4", (one, two), 0.75, "one homologue shorter by 40 %", (bands, bands[::-1]))
    return Record(tuple(seen), COUNTS, (pair,), Evidence(0.98, 0.76, 0.5))


def first(reading: Record, name: str) -> tuple[int, Box]:
    """The first object of a name: its number and its box."""
    return next((number, seen.box) for number, seen in enumerate(reading.objects) if seen.name == name)


def page_of_sample() -> pictures.GreyPage:
    return pictures.page(SAMPLE.read_bytes())


@pytest.fixture
def read_karyogram(sqlite_url: str) -> Karyogram:
    """The sample with a verdict, in the record store of the dashboard."""
    engine, (height, width) = connect(sqlite_url), page_of_sample().shape
    with open_session(engine) as session:
        batch = store.add_batch(session, "Monday", "pixels", 3, records.NOW)
        karyogram = store.add_karyogram(
            session,
            batch=batch,
            case=store.find_or_add_case(session, batch.id, "simulated-010"),
            cell="1",
            file_name=SAMPLE.name,
            page=0,
            image_sha256=store.add_picture(session, SAMPLE.read_bytes(), "image/png"),
            width=width,
            height=height,
            now=records.NOW,
        )
        store.save_verdict(session, records.verdict(karyogram, reading=read()))
        session.commit()
    engine.dispose()
    return karyogram


def click(page: Page, karyogram: Karyogram, box: Box) -> None:
    """Click the middle of a box in the picture, wherever it is drawn."""
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart.locator("svg image")).to_be_visible()
    bounds = chart.bounding_box()
    assert bounds is not None
    scale = min(bounds["width"] / karyogram.width, (bounds["height"] - FREE_BELOW) / karyogram.height)
    left, top, right, bottom = box
    page.mouse.click(bounds["x"] + scale * (left + right) / 2, bounds["y"] + scale * (top + bottom) / 2)


def place(page: Page) -> FloatRect:
    """Where the picture in the chart is drawn, also what of it lies outside."""
    bounds = page.get_by_test_id("stVegaLiteChart").first.locator("svg image").bounding_box()
    assert bounds is not None
    return bounds


def zoom_and_pan(page: Page) -> None:
    """Turn the wheel on the picture, drag it, and see all of it again."""
    page.get_by_text("Zoom and pan").click()
    expect(page.get_by_text("Turn the wheel to zoom")).to_be_visible()
    settle(page)
    page.get_by_test_id("stVegaLiteChart").first.scroll_into_view_if_needed()
    whole = place(page)
    middle = whole["x"] + whole["width"] / 2, whole["y"] + whole["height"] / 3
    page.mouse.move(*middle)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(500)
    near = place(page)
    assert near["width"] > 1.2 * whole["width"]
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1], steps=5)
    page.mouse.up()
    page.wait_for_timeout(500)
    moved = place(page)
    assert moved["x"] == pytest.approx(near["x"] + 60, abs=5)
    assert moved["width"] == pytest.approx(near["width"], rel=0.01)
    page.mouse.dblclick(*middle)
    page.wait_for_timeout(500)
    assert place(page)["width"] == pytest.approx(whole["width"], rel=0.01)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_chromosome_is_clicked_and_corrected(
    karyotriage: Karyotriage, page: Page, read_karyogram: Karyogram, sqlite_url: str, tmp_path: Path
) -> None:
    reading = read()
    (four, box_of_four), (extra, box_of_extra) = first(reading, "4"), first(reading, "13")
    page.goto(f"{karyotriage.address}/karyogram?karyogram={read_karyogram.id}")
    page.get_by_text("Show chromosomes").click()
    expect(page.get_by_text("What speaks for it")).to_be_visible()
    chosen = page.get_by_label("Chromosome", exact=True)

    click(page, read_karyogram, box_of_four)
    expect(chosen).to_have_value(f"Chromosome 4 (object {four + 1}, 90 %)")
    expect(page.get_by_text("One homologue shorter by 40 %; probability of a changed structure 75 %")).to_be_visible()
    click(page, read_karyogram, box_of_extra)
    expect(chosen).to_have_value(f"Chromosome 13 (object {extra + 1}, 90 %)")
    expect(page.get_by_text("Not compared: 3 objects of it")).to_be_visible()

    settle(page)  # else the form of the object before may still stand there
    page.get_by_text("Correct by hand").click()
    kind = page.get_by_label("It is")
    expect(kind).to_be_visible()
    settle(page)
    page.wait_for_timeout(1500)  # the form unfolds, and a list that is open meanwhile would close
    kind.click()
    kind.press_sequentially("14", delay=100)
    page.get_by_role("option", name="chromosome 14").click()
    expect(kind).to_have_value("chromosome 14")
    page.get_by_role("button", name="Keep the correction").click()
    expect(page.get_by_text("47,XY,+14")).to_be_visible()
    expect(chosen).to_have_value(f"Chromosome 14 (object {extra + 1}, corrected by hand)")
    page.screenshot(path=tmp_path / "corrected.png")

    page.reload()
    expect(page.get_by_text("47,XY,+14")).to_be_visible()
    engine = connect(sqlite_url)
    with open_session(engine) as session:
        verdict = store.verdict(session, read_karyogram.id)
        assert verdict is not None
        (kept,) = corrections.of(session, verdict)
    engine.dispose()
    assert (kept.object, kept.name, kept.box) == (extra, "14", box_of_extra)
    assert verdict.reading == reading
    zoom_and_pan(page)
