"""What leakage is worth: every experiment that was run with both splits, the gap between them, one chart an edition."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import get_args

import streamlit as st

from dashboard.comparison import card, drawing, gaps, leakage, measured
from dashboard.comparison.drawing import Panel
from dashboard.comparison.gaps import Pair
from dashboard.comparison.leakage import BY_CASE, FIGURES
from dashboard.comparison.measured import Figures
from dashboard.comparison.runs import Run
from models.experiments.figures import Column
from models.experiments.record import Edition

_EXPLANATION = (
    "*As published*, the pictures are augmented first and split afterwards, so changed copies of one karyogram stand "
    "on both sides of the test. *By case*, the karyograms are split first and only the training side is augmented. "
    "What a laboratory may expect is the figure by case; the gap is what leakage is worth. Original pictures have no "
    "copies: runs on these are left out."
)
_NOTHING = f"*{drawing.TELLS_NOTHING.capitalize()}*: a run that gives every picture the same probability."


def draw(runs: Sequence[Run], by: Column) -> None:
    """Draw the charts, all judged ``by`` one of the columns."""
    st.markdown(_EXPLANATION)
    figure = st.segmented_control(
        "Figure",
        list(FIGURES),
        default="sensitivity",
        required=True,
        format_func=FIGURES.__getitem__,
        key="leakage_figure",
    )
    pairs = gaps.pairs(runs)
    if not pairs:
        st.info("No experiment was run with both splits yet.", icon=":material/compare_arrows:")
        return
    figures = measured.of([run for pair in pairs for run in pair], by)
    for edition in get_args(Edition):
        of_edition = [pair for pair in pairs if pair[0].record.edition == edition]
        if of_edition:
            shown = panel(of_edition, figures, figure, by)
            card.draw(shown, {}, _note(shown))


def _note(shown: Panel) -> str:
    copies = "Copies of one karyogram on both sides make a test easier."
    return copies if shown.frame["telling"].all() else f"{copies} {_NOTHING}"


def panel(pairs: Sequence[Pair], figures: dict[str, Figures], figure: str, by: Column) -> Panel:
    """The chart of one edition."""
    frame = gaps.frame(pairs, figures, figure, by)
    rows = frame[frame["split"] == BY_CASE]
    each = zip(rows["title"], rows["figure"], rows["gap"], rows["telling"], strict=True)
    told = "; ".join(f"{title}: {_told(*said)}" for title, *said in each)
    alt = f"{FIGURES[figure]} with both splits. {drawing.data_line(frame)}. {drawing.judged_line(frame)}. {told}."
    return Panel(f"leakage_{pairs[0][0].record.edition}_{figure}", leakage.gap(frame, figure), frame, alt)


def _told(found: float, gap: float, telling: bool) -> str:
    """The figure by case and the gap, for those who cannot see them."""
    if not telling:
        return drawing.TELLS_NOTHING
    by_case = "none" if math.isnan(found) else f"{found:.0%}"
    return f"{by_case} by case" + ("" if math.isnan(gap) else f", {100 * gap:+.0f} points")
