"""A chart as a file says by itself what it shows: title, origin of the data, names of the runs, description."""

from __future__ import annotations

import base64
import csv
import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from dashboard.comparison import downloads, glyphs, panels
from dashboard.comparison.drawing import Panel
from dashboard.comparison.runs import Chosen
from tests import runs
from tests.dashboard.comparison.test_frames import as_run

NAMES = {"A": "Run by 'case'", "B": "Run as published"}


@pytest.fixture(scope="module")
def panel() -> Panel:
    """The calibration of two runs."""
    return panels.reliability([Chosen(place, as_run(run)) for place, run in enumerate(runs.few())])


def test_csv_holds_what_the_chart_draws(panel: Panel) -> None:
    rows = list(csv.DictReader(io.StringIO(downloads.csv(panel).decode("utf-8"), newline="")))
    assert len(rows) == len(panel.frame)
    assert {"run", "edition", "split", "mean", "abnormal", "low", "high", "n"} <= rows[0].keys()
    assert [float(row["mean"]) for row in rows] == panel.frame["mean"].tolist()


def test_svg_has_title_origin_and_the_names_of_the_runs(panel: Panel) -> None:
    drawing = downloads.svg(panel, NAMES).decode("utf-8")
    texts = [text.text for text in ElementTree.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")]
    assert {"Calibration", "Simulated data", "A  Run by 'case'", "B  Run as published"} <= set(texts)


def test_a_chart_without_a_legend_names_its_runs_below_its_title() -> None:
    panel = panels.matrices([Chosen(place, as_run(run)) for place, run in enumerate(runs.few())], "calibrated")
    drawn = downloads.specification(panel, NAMES)
    assert drawn["title"]["subtitle"][-2:] == ["A  Run by 'case'", "B  Run as published"]
    assert drawn["width"] > 640
    assert any(
        "Judged by the probability calibrated on the validation side" in line for line in drawn["title"]["subtitle"]
    )
    assert downloads.csv(panel).endswith(b",calibrated\r\n")
    on_the_page = panel.chart.to_dict()
    assert "A  Run by 'case'" not in on_the_page["title"]["subtitle"]


def test_png_can_be_decoded_and_is_sharp(panel: Panel) -> None:
    picture = Image.open(io.BytesIO(downloads.png(panel, NAMES)))
    assert picture.format == "PNG"
    assert picture.width > 2 * 640


def test_the_drawing_is_described(panel: Panel) -> None:
    described = downloads.specification(panel, NAMES)
    assert described["description"] == panel.alt
    assert "run A" in panel.alt
    assert "Simulated data" in panel.alt


def shapes(url: str) -> str:
    return base64.b64decode(url.partition(",")[2]).decode()


def test_the_small_drawing_marks_our_figure_its_interval_and_the_thesis() -> None:
    drawing = shapes(glyphs.interval(0.5, 0.25, 0.75, 1.0))
    assert 'cx="64.0"' in drawing
    assert "M35.5 0H92.5" in drawing
    assert "translate(121.0)" in drawing


def test_what_is_not_known_is_not_drawn() -> None:
    nan = float("nan")
    drawing = shapes(glyphs.interval(nan, nan, nan, None))
    assert "circle" not in drawing
    assert glyphs.THESIS not in drawing
    assert glyphs.OURS not in drawing
