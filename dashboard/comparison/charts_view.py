"""All charts of the chosen runs, by what they show; each follows the one selection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard.comparison import card, measured, panels, wrong_cases
from dashboard.comparison.passes import FIGURES
from dashboard.comparison.runs import Chosen
from dashboard.comparison.training import METRICS
from dashboard.wording import words
from models.experiments.deferral import REASONS
from models.experiments.figures import Column

# making a chart takes longer than drawing it, and nobody changes one that is made
_kept = st.cache_resource(
    show_spinner=False, max_entries=500, hash_funcs={Chosen: lambda run: (run.place, str(run.run.stamp))}
)
_roc, _precision_recall, _matrices = _kept(panels.roc), _kept(panels.precision_recall), _kept(panels.matrices)
_training_curves, _reliability = _kept(panels.training_curves), _kept(panels.reliability)
_risk_coverage, _by_passes = _kept(panels.risk_coverage), _kept(panels.by_passes)


_DOUBT = "pass agreement"  # until somebody chooses another measure


def prepare(chosen: Sequence[Chosen], by: Column) -> None:
    """Make what ``draw`` draws of these runs until somebody chooses something else, and keep it."""
    for make in (_roc, _precision_recall, _matrices):
        make(chosen, by)
    _reliability(chosen)
    for metric in METRICS:
        _training_curves(_trained(chosen), metric)
    for truth in ("abnormal", "normal"):
        _risk_coverage(chosen, truth, _DOUBT)
    _table(chosen, _DOUBT)


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
        card.draw(_roc(chosen, by), names, "The shape marks the threshold of one half, at which cases are labelled.")
    with right:
        card.draw(_precision_recall(chosen, by), names, "Precision depends on how many of the test set are abnormal.")
    card.draw(
        _matrices(chosen, by),
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
            card.draw(_training_curves(trained, metric), names, "Strong: validation. Thin: training.")


def _trained(chosen: Sequence[Chosen]) -> list[Chosen]:
    return [run for run in chosen if run.run.record.curves]


def _probabilities(chosen: Sequence[Chosen], names: Mapping[str, str], _by: Column) -> None:
    st.caption("Whether probabilities hold, and which errors doubt would have caught.")
    reason = st.segmented_control(
        "Doubt measured by", list(REASONS), default=_DOUBT, required=True, key="doubt", bind="query-params"
    )
    left, middle, right = st.columns(3, gap="small")
    with left:
        card.draw(_reliability(chosen), names, "Equal bins, 95 % intervals.")
    with middle:
        card.draw(_risk_coverage(chosen, "abnormal", reason), names, "Lower: fewer missed abnormal.")
    with right:
        card.draw(_risk_coverage(chosen, "normal", reason), names, "Lower: fewer false alarms.")
    st.table(
        _table(chosen, reason),
        border="horizontal",
        hide_index=True,
        alt="Areas under the curves of risk and coverage, and how good the calibrated probabilities are",
    )
    st.caption(
        "The lower, the better. AURC: mean risk over all coverages, for one class. ECE: mean gap between calibrated "
        "probability and what came true. Brier: mean squared error. NLL: mean negative log-likelihood, in nats."
    )


def _passes(chosen: Sequence[Chosen], names: Mapping[str, str], _by: Column) -> None:
    """Draw how figures move with the number of passes, where one of the runs tells."""
    telling = [run for run in chosen if run.run.record.by_passes]
    if not telling:
        st.info("Of these runs none was judged by other numbers of passes: those with 100 passes were.", icon=_PASSES)
        return
    st.caption(
        "The same test set judged again by the mean of fewer and of more passes, whatever the figures are judged by."
    )
    for column, figure in zip(st.columns(2, gap="small"), FIGURES, strict=True):
        with column:
            card.draw(_by_passes(telling, figure), names, "With 95 % intervals by case.")


def _table(chosen: Sequence[Chosen], reason: str) -> pd.DataFrame:
    found = {run.look.letter: measured.probabilities(run.run, reason) for run in chosen}
    columns = {title: [measured.text(figures[name], 3) for figures in found.values()] for name, title in _LOWER.items()}
    runs = [f"**{run.look.letter}** {words.plain(run.label)}" for run in chosen]
    return pd.DataFrame({"Run": runs, **columns})


_LOWER = {"abnormal": "AURC, abnormal", "normal": "AURC, normal", "ece": "ECE", "brier": "Brier", "nll": "NLL"}

_JUDGED: dict[Column, str] = {
    "probability": "By the plain probability of one pass without dropout, as in the thesis.",
    "calibrated": "By the mean of the passes after Platt scaling fitted on the validation side. Where that side tells "
    "nothing apart, all get the same probability, and the AUC is one half.",
}
_PASSES = ":material/filter_none:"
_SECTIONS: dict[str, Callable[[Sequence[Chosen], Mapping[str, str], Column], None]] = {
    "Abnormal or normal": _discrimination,
    "Training": _training,
    "Probabilities and doubt": _probabilities,
    "Number of passes": _passes,
    "Wrong cases": lambda chosen, _names, _by: wrong_cases.draw(chosen),
}
