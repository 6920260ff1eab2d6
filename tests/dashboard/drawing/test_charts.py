"""Charts are functions of their data: what is drawn is read from their specification."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
import vl_convert

from dashboard.drawing import charts, symbols
from models.judging.triage import TriageOutcome


def drawn(chart: Any) -> list[list[dict[str, Any]]]:
    """The rows that each layer of a chart draws."""
    specification = chart.to_dict()
    shared = specification["datasets"]
    # what all layers share stands once, at the top
    return [
        shared[layer.get("data", specification.get("data"))["name"]]
        for layer in specification["layer"]
        if "mark" in layer
    ]


def confidence() -> pd.DataFrame:
    """Three abnormal karyograms and three hundred screened ones, counted."""
    return pd.DataFrame(
        {"outcome": ["Screened normal", "Abnormal"], "low": [0.0, 0.95], "high": [0.05, 1.0], "count": [300, 3]}
    )


def test_passes_are_counted_in_steps_and_by_their_vote() -> None:
    frame = pd.DataFrame({"probability": [0.01, 0.02, 0.499, 0.5, 0.97, 1.0]})
    bars = drawn(charts.pass_histogram(frame))[0]
    assert [(round(bar["low"], 2), bar["count"], bar["vote"]) for bar in bars] == [
        (0.0, 2, "Votes normal"),
        (0.45, 1, "Votes normal"),
        (0.5, 1, "Votes abnormal"),
        (0.95, 2, "Votes abnormal"),
    ]
    assert sum(bar["share"] for bar in bars) == pytest.approx(1.0)


@pytest.mark.parametrize("calibrated", [0.0, 0.3, 0.49, 0.51, 0.7, 0.99])
def test_the_calibrated_probability_is_a_line_whose_label_keeps_clear(calibrated: float) -> None:
    chart = charts.pass_histogram(pd.DataFrame({"probability": [0.2, 0.8]}), calibrated).to_dict()
    vote, line = chart["layer"][1], chart["layer"][2]
    rows = chart["datasets"]
    assert rows[line["data"]["name"]] == [{"position": calibrated, "text": "calibrated"}]
    sides = {layer["layer"][1]["mark"]["align"] for layer in (vote, line)}
    near_the_middle = 0.15 <= calibrated <= 0.85
    assert (sides == {"left", "right"}) == near_the_middle


def test_without_a_calibrated_probability_only_the_vote_is_marked() -> None:
    chart = charts.pass_histogram(pd.DataFrame({"probability": [0.2]}))
    assert len(chart.to_dict()["layer"]) == 2


def test_few_abnormal_karyograms_stand_as_high_as_many_normal_ones() -> None:
    bars = drawn(charts.confidence_histogram(confidence(), "Probability"))[0]
    assert [(bar["outcome"], bar["count"], bar["foot"]) for bar in bars] == [
        ("Abnormal", 3, 1),
        ("Screened normal", 300, 0),
    ]
    heights = {round(bar["top"] - bar["foot"], 6) for bar in bars}
    assert len(heights) == 1


def test_the_highest_row_is_abnormal_and_each_row_is_named() -> None:
    chart = charts.confidence_histogram(confidence(), "Pass agreement").to_dict()
    axis = chart["layer"][0]["encoding"]["y"]["axis"]
    assert axis["labelExpr"] == "['Screened normal', 'Abnormal'][datum.value]"
    assert axis["values"] == [0, 1]


def test_the_number_stands_on_each_bar() -> None:
    chart = charts.confidence_histogram(confidence(), "Pass agreement").to_dict()
    assert chart["layer"][1]["encoding"]["text"]["field"] == "count"


@pytest.mark.parametrize(("background", "text"), [("#ffffff", charts.ON_LIGHT), ("#11171d", charts.ON_DARK)])
def test_text_is_written_in_what_can_be_read_on_the_background(background: str, text: str) -> None:
    drawn = charts.confidence_histogram(confidence(), "Pass agreement").to_dict()
    drawn["config"] |= {"background": background}  # as Streamlit does
    picture = vl_convert.vegalite_to_svg(drawn)
    written = re.findall(r"<text[^>]* fill=\"([^\"]*)\"", picture)
    assert len(written) > 5
    assert set(written) == {text}


def test_colours_say_the_same_everywhere() -> None:
    assert charts.OUTCOME_COLOURS["Abnormal"] == symbols.COLOURS[TriageOutcome.FLAGGED_ABNORMAL]
    assert len(set(charts.OUTCOME_COLOURS.values())) == len(charts.OUTCOME_COLOURS)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match=r"columns \['outcome', 'low', 'high', 'count'\], got \['outcome'\]"):
        charts.confidence_histogram(pd.DataFrame({"outcome": ["Screened normal"]}), "Pass agreement")


def test_no_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        charts.pass_histogram(pd.DataFrame({"probability": []}))
