"""What leakage is worth: every experiment that was run with both splits, the gap between them, one chart an edition."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.comparison import card, drawing, gaps, leakage, measured
from dashboard.comparison.drawing import Panel
from dashboard.comparison.gaps import Pair
from dashboard.comparison.leakage import BY_CASE, FIGURES
from dashboard.comparison.measured import Figures
from dashboard.comparison.runs import Run
from models.experiments.figures import Column

_EXPLANATION = (
    "*As published*, the pictures are augmented first and split afterwards, so changed copies of one karyogram stand "
    "on both sides of the test. *By case*, the karyograms are split first and only the training side is augmented. "
    "What a laboratory may expect is the figure by case; the gap is what leakage is worth."
)


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
    for edition in drawing.DATA:
        of_edition = [pair for pair in pairs if pair[0].record.edition == edition]
        if of_edition:
            shown = panel(of_edition, figures, figure, by)
            card.draw(shown, {}, "Copies of one karyogram on both sides make a test easier.")


def panel(pairs: Sequence[Pair], figures: dict[str, Figures], figure: str, by: Column) -> Panel:
    """The chart of one edition."""
    frame = gaps.frame(pairs, figures, figure, by)
    rows = frame[frame["split"] == BY_CASE]
    each = zip(rows["title"], rows["figure"], rows["gap"], strict=True)
    told = "; ".join(f"{title}: {found:.0%} by case, {100 * gap:+.0f} points" for title, found, gap in each)
    alt = f"{FIGURES[figure]} with both splits. {drawing.data_line(frame)}. {drawing.judged_line(frame)}. {told}."
    return Panel(f"leakage_{pairs[0][0].record.edition}_{figure}", leakage.gap(frame, figure), frame, alt)
