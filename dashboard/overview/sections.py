"""The sections of the overview that speak of models: agreement with people, drift of the input, confidence."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.drawing import charts
from dashboard.overview import drawing, figures, frames
from dashboard.wording import words
from engine.figures import agreement
from engine.figures.agreement import Agreement
from engine.figures.drift import EARLIER, ENOUGH, Drift, Signal
from engine.figures.shares import Estimate

_SIGNALS = {
    Signal.UNREADABLE: ("Share unreadable", ".1%", "Share of the pictures that do not look like a karyogram."),
    Signal.ENTROPY: ("Mean predictive entropy", ".3f", "All doubt together, in bits; unreadable ones are left out."),
    Signal.INFORMATION: (
        "Mean mutual information",
        ".3f",
        "Doubt that comes from the passes contradicting each other, in bits: it rises on pictures unlike those the "
        "model has learned from. Unreadable ones are left out.",
    ),
    Signal.DISTANCE: (
        "Mean distance to the training data",
        ".2f",
        "How far what the network sees in a picture lies from the karyograms that it knows: those of the validation "
        "cases, which come from where the training data came from. About 1 for such a one, more for a stranger "
        "(Mahalanobis). Unreadable ones are left out.",
    ),
}
_NO_POINT = {
    Signal.DISTANCE: "No verdict of this period has it: it is kept since this version, by models that know it."
}
_LIMITS = (
    f"The dashed alarm line is the mean of the {EARLIER.days} days before the period and three standard errors of the "
    "karyograms of each point. Cells of one case resemble each other, so a single alarm is a reason to look, a row of "
    "them is one to act."
)


def people(found: Sequence[Agreement]) -> None:
    """Draw how far people agree with the model."""
    st.subheader(
        "People and model",
        help="What was signed, beside what the model of the batch said, by the time when the karyograms came. "
        "Signed as not assessable is left out.",
    )
    whole = agreement.together(found)
    if whole is None or not whole.sampled + whole.flagged:
        st.caption("Nothing of this period has been signed yet.")
        return
    left, right = st.columns(2, gap="medium")
    frame = frames.agreement(found)
    for place, figure, estimate, note in (
        (left, frames.SENSITIVITY, whole.sensitivity, _sensitivity_note(whole)),
        (right, frames.NEGATIVE_VALUE, whole.negative_predictive_value, _negative_note(whole)),
    ):
        with place.container(border=True, height="stretch"):
            _figure(figure, estimate, note)
            rows = frame[frame["figure"] == figure]
            if len(rows):
                st.altair_chart(drawing.agreement(rows), alt=f"{figure} over time, with 95 % intervals")


def _figure(name: str, estimate: Estimate | None, note: str) -> None:
    value = "not known" if estimate is None else words.percent(estimate.value)
    st.metric(name, value)
    interval = f"95 % interval {words.percent(estimate.low)} to {words.percent(estimate.high)}. " if estimate else ""
    st.caption(interval + note)


def _sensitivity_note(whole: Agreement) -> str:
    return (
        f"Signed abnormal and flagged: {whole.found:,}. How many were missed is estimated from the quality sample, "
        f"which stands for {words.count(whole.screened, 'screened karyogram')}."
    )


def _negative_note(whole: Agreement) -> str:
    return (
        f"Only the screened ones that were read in the quality sample count: {whole.sampled:,} of "
        f"{whole.screened:,}, of {words.count(whole.sampled_cases, 'case')}; {whole.missed:,} of them abnormal."
    )


def drift(found: dict[Signal, Drift]) -> None:
    """Draw the signals of the input with their alarm lines, and say first what alarms."""
    st.subheader("Drift of the input", help=_LIMITS)
    _alarms(found)
    with st.grid(columns=2, min_column_width=400, gap="medium"):
        for signal, (name, axis_format, meaning) in _SIGNALS.items():
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{name}**", help=meaning)
                frame = frames.drift(found[signal])
                if len(frame):
                    chart = drawing.drift(frame, axis_format, from_zero=signal is not Signal.DISTANCE)
                    st.altair_chart(chart, alt=f"{name} over time, with its alarm line")
                else:
                    st.caption(_NO_POINT.get(signal, "No readable karyogram in this period."))


def _alarms(found: dict[Signal, Drift]) -> None:
    if found[Signal.UNREADABLE].mean is None:
        st.caption(f"No alarm line yet: that takes {ENOUGH} karyograms in the {EARLIER.days} days before this period.")
        return
    alarms = {signal: [point for point in found[signal].points if point.alarms] for signal in _SIGNALS}
    parts = [f"{_SIGNALS[signal][0].lower()} ({len(points):,})" for signal, points in alarms.items() if points]
    if parts:
        said = f"Above the alarm line: {', '.join(parts)}. Look at pictures of those days: scanner, staining, scale."
        st.warning(words.on_warning(said, ":material/notification_important:"))
    else:
        st.caption(":material/check: No point lies above its alarm line.")


def confidence(found: figures.OfModel, model: str) -> None:
    """Draw how sure the model is, by outcome."""
    st.subheader(
        "Confidence",
        help="One row for each outcome, each with its own height; unreadable ones are left out.",
    )
    for column, (name, title) in zip(st.columns(2, gap="medium"), figures.HISTOGRAMS.items(), strict=True):
        frame = frames.bars(found.bars[name])
        with column.container(border=True):
            if len(frame):
                chart = charts.confidence_histogram(frame, title)
                st.altair_chart(chart, alt=f"Histogram of the {title.lower()} of {model}, by outcome")
            else:
                st.caption("No readable karyogram in this period.")
