"""The picture with its boxes, and two profiles: what is drawn is read from the specification."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dashboard.karyogram import page_chart
from dashboard.karyogram.page_chart import DIRT, FOUND, LOOKS, STRANGE, USUAL

PICTURE = "data:image/png;base64,iVBORw0KGgo="


def boxes() -> pd.DataFrame:
    looks = [(USUAL, "1"), (FOUND, "▲21"), (STRANGE, "?"), (DIRT, "")]
    rows = [
        (place, 10.0 * place, 5.0, 10.0 * place + 8, 25.0, look, label, "") for place, (look, label) in enumerate(looks)
    ]
    return pd.DataFrame(rows, columns=["object", "left", "top", "right", "bottom", "look", "label", "words"])


def layers(chart: Any) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The marks of a chart's layers, each with the rows that it draws."""
    specification = chart.to_dict()
    shared = specification["datasets"]
    return [(layer["mark"], shared[layer["data"]["name"]]) for layer in specification["layer"]]


def test_the_picture_lies_below_and_the_clicks_above_everything() -> None:
    chart = page_chart.page_chart(boxes(), PICTURE, (400, 200), None)
    drawn = layers(chart)
    assert drawn[0][0]["type"] == "image"
    assert drawn[0][1] == [{"left": 0, "top": 0, "right": 400, "bottom": 200, "url": PICTURE}]
    assert drawn[-1][0]["fill"] == "transparent"
    assert [row["object"] for row in drawn[-1][1]] == [0, 1, 2, 3]
    (clicks,) = chart.to_dict()["params"]
    assert clicks["select"] == {"type": "point", "fields": ["object"], "on": "click"}
    assert clicks["name"] == page_chart.CLICKED


def test_boxes_differ_by_more_than_their_colour() -> None:
    lines = [
        mark for mark, _ in layers(page_chart.page_chart(boxes(), PICTURE, (400, 200), None)) if "strokeDash" in mark
    ]
    assert [mark["stroke"] for mark in lines] == [line.colour for line in LOOKS.values()]
    assert len({(mark["strokeWidth"], *mark["strokeDash"]) for mark in lines}) == len(LOOKS)


def test_only_what_has_a_name_is_labelled() -> None:
    texts = [
        rows for mark, rows in layers(page_chart.page_chart(boxes(), PICTURE, (400, 200), 1)) if mark["type"] == "text"
    ]
    assert [[row["label"] for row in rows] for rows in texts] == [["1", "▲21", "?"]] * 2
    assert texts[0][1]["middle"] == 14.0


@pytest.mark.parametrize(("chosen", "ringed"), [(None, []), (1, [1]), (9, [])])
def test_the_chosen_object_has_a_ring(chosen: int | None, ringed: list[int]) -> None:
    _, rows = layers(page_chart.page_chart(boxes(), PICTURE, (400, 200), chosen))[1]
    assert [row["object"] for row in rows] == ringed


def test_a_pixel_is_as_wide_as_high_at_every_width() -> None:
    """The scales end where the picture fits into the chart, as the browser finds by its own width and height."""
    encoding = page_chart.page_chart(boxes(), PICTURE, (400, 200), None).to_dict()["layer"][0]["encoding"]
    across, down = (encoding[side]["scale"]["domainMax"]["expr"] for side in ("x", "y"))
    for width, height in ((700, 350), (300, 350), (900, 350)):
        x, y = (eval(domain, {"max": max, "width": width, "height": height}) for domain in (across, down))
        assert width / x == pytest.approx(height / y)
        assert x >= 400
        assert y >= 200
        assert x == 400 or y == 200


def test_a_missing_column_is_told() -> None:
    with pytest.raises(ValueError, match="frame must have the columns"):
        page_chart.page_chart(boxes().drop(columns="look"), PICTURE, (400, 200), None)


def test_profiles_differ_by_colour_and_line() -> None:
    chart = page_chart.profile_chart((0.0, 0.5, 1.0), (0.25, 0.5), ("Left one", "Right one")).to_dict()
    ((_, rows),) = chart["datasets"].items()
    assert [(row["name"], row["place"], row["ink"]) for row in rows] == [
        ("Left one", 0.0, 0.0),
        ("Left one", 0.5, 0.5),
        ("Left one", 1.0, 1.0),
        ("Right one", 0.0, 0.25),
        ("Right one", 1.0, 0.5),
    ]
    for channel in ("color", "strokeDash"):
        first, second = chart["encoding"][channel]["scale"]["range"]
        assert first != second
