"""All charts of the chosen runs, by what they show; each follows the one selection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard.comparison import card, deferral_view, kept, probability_table, wrong_cases
from dashboard.comparison.passes import FIGURES
from dashboard.comparison.runs import Chosen
from dashboard.comparison.training import METRICS
from models.experiments.figures import Column


def prepare(chosen: Sequence[Chosen], by: Column) -> None:
    """Make what ``draw`` draws of these runs until somebody chooses something else, and keep it."""
    for make in (kept.roc, kept.precision_recall, kept.matrices):
        make(chosen, by)
    for metric in METRICS:
        kept.training_curves(_trained(chosen), metric)
    kept.reliability(chosen)
    probability_table.frame(chosen)
    deferral_view.prepare(chosen)


@st.fragment
def draw(chosen: Sequence[Chosen], by: Column) -> None:
    """Draw the charts of one section, judged ``by`` a column; the others wait until somebody opens them."""
    names = {run.look.letter: run.label for run in chosen}
    tabs = st.tabs(list(_SECTIONS), key="section", on_change="rerun", bind="query-params")
    for tab, section in zip(tabs, _SECTIONS.values(), strict=True):
        if tab.open:
            with tab:
                section(chosen, names, by)


def _discrimination(chosen: Sequence[Chosen], names: Mapping[str, str], by: Column) -> None:
    st.caption(_JUDGED[by])
    left, right = st.columns(2, gap="small")
    with left:
        note = "The shape marks the threshold of one half, at which cases are labelled."
        card.draw(kept.roc(chosen, by), names, note)
    with right:
        note = "Precision depends on how many of the test set are abnormal."
        card.draw(kept.precision_recall(chosen, by), names, note)
    card.draw(
        kept.matrices(chosen, by),
        names,
        "Shares are of the karyograms with the same truth; a missed abnormal one is the worst error.",
    )


def _training(chosen: Sequence[Chosen], names: Mapping[str, str], _by: Column) -> None:
    trained = _trained(chosen)
    if not trained:
        st.info("None of these runs kept curves of training.", icon=":material/show_chart:")
        return
    st.caption("What the thesis calls training metrics, epoch by epoch.")
    with st.grid(columns=2, min_column_width=340, gap="small"):
        for metric in METRICS:
            card.draw(kept.training_curves(trained, metric), names, "Strong: validation. Thin: training.")


def _trained(chosen: Sequence[Chosen]) -> list[Chosen]:
    return [run for run in chosen if run.record.curves]


def _probabilities(chosen: Sequence[Chosen], names: Mapping[str, str], _by: Column) -> None:
    st.caption("Whether probabilities hold.")
    left, right = st.columns([2, 3], gap="small")
    with left:
        card.draw(kept.reliability(chosen), names, "Equal bins, 95 % intervals.")
    with right:
        probability_table.draw(chosen)


def _passes(chosen: Sequence[Chosen], names: Mapping[str, str], _by: Column) -> None:
    """Draw how figures move with the number of passes, where one of the runs tells."""
    telling = [run for run in chosen if run.record.by_passes]
    if not telling:
        st.info("Of these runs none was judged by other numbers of passes: those with 100 passes were.", icon=_PASSES)
        return
    st.caption("The same test set judged again by fewer and by more passes, whatever the figures are judged by.")
    with st.grid(columns=2, min_column_width=340, gap="small"):
        for figure in FIGURES:
            card.draw(kept.by_passes(telling, figure), names, _PASSES_NOTES.get(figure, "With 95 % intervals by case."))


_JUDGED: dict[Column, str] = {
    "probability": "By the plain probability of one pass without dropout, as in the thesis.",
    "calibrated": "By the mean of the passes after Platt scaling fitted on the validation side. Where that side tells "
    "nothing apart, all get the same probability, and the run tells nothing.",
}
_PASSES_NOTES = {
    "ece": "Mean gap between the mean of the passes and what came true.",
    "surely_right": "Of the right predictions, those with more than 98 % agreement.",
}
_PASSES = ":material/filter_none:"
_SECTIONS: dict[str, Callable[[Sequence[Chosen], Mapping[str, str], Column], None]] = {
    "Abnormal or normal": _discrimination,
    "Training": _training,
    "Probabilities": _probabilities,
    "Reasons to defer": lambda chosen, names, _by: deferral_view.draw(chosen, names),
    "Number of passes": _passes,
    "Wrong cases": lambda chosen, _names, _by: wrong_cases.draw(chosen),
}
