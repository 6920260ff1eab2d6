"""What a proposal would do: what it misses leads, then what it screens and what it saves."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from dashboard.policy import charts, phrases
from dashboard.policy.grounds import Grounds, Laboratory
from dashboard.wording import words
from engine.policy.policies import Terms
from models.measuring.metrics import PREVALENCE
from models.measuring.screening import Cohort, Effect, effect, screened_share, sweep

_LIMITS = np.round(np.linspace(0.0, 0.6, 121), 3)


def draw(in_force: Terms, proposed: Terms, grounds: Grounds, laboratory: Laboratory) -> None:
    """Draw the figures and the chart of a proposal beside those of what is in force."""
    stream = laboratory.stream if laboratory.stream.size else grounds.known
    before, after = effect(grounds.known, in_force.limits), effect(grounds.known, proposed.limits)
    screened = screened_share(stream, in_force.limits), screened_share(stream, proposed.limits)
    saved = [
        saved_a_day(terms, share, laboratory.per_day)
        for terms, share in zip((in_force, proposed), screened, strict=True)
    ]
    st.caption(grounds.what, help=words.plain(grounds.provenance))
    with st.grid(columns=4, min_column_width=150, gap="xsmall"):
        _missed(before, after)
        _metric("Screened", screened, _SCREENED_HELP)
        _metric("Normal screened", _normal(before, after), _NORMAL_HELP)
        _saved(*saved)
    st.markdown(f"**Missed: {phrases.missed_with_interval(after)}**")
    _chart(proposed, grounds, stream, [(screened[0], before.missed_share), (screened[1], after.missed_share)])
    st.caption(_stream_words(laboratory))


def _missed(before: Effect, after: Effect) -> None:
    change = round(after.missed_about) - round(before.missed_about)
    st.metric(
        "Missed abnormal",
        phrases.missed(after),
        f"{change:+,}" if change else _SAME,
        delta_color="inverse" if change else "off",
        delta_arrow="auto" if change else "off",
        border=True,
        help="Abnormal karyograms that would be screened as normal, by this proposal.",
    )


def _metric(label: str, shares: tuple[float, float], help_text: str) -> None:
    """Draw a share and by how many points it lies above what is in force."""
    points = 0.0 if any(map(math.isnan, shares)) else round(100 * (shares[1] - shares[0]), 1)
    st.metric(
        label,
        "none" if math.isnan(shares[1]) else words.percent(shares[1]),
        f"{points:+.1f} points" if points else _SAME,
        delta_color="normal" if points else "off",
        delta_arrow="auto" if points else "off",
        border=True,
        help=help_text,
    )


def _normal(before: Effect, after: Effect) -> tuple[float, float]:
    return before.screened_normal, after.screened_normal


def _saved(before: float | None, after: float | None) -> None:
    known = before is not None and after is not None
    more = round(after - before, 1) if before is not None and after is not None else 0.0
    st.metric(
        "Saved a day",
        f"{after:,.1f}" if known else "none",
        f"{more:+,.1f}" if more else (_SAME if known else "nothing came in"),
        delta_color="normal" if more else "off",
        delta_arrow="auto" if more else "off",
        border=True,
        help="Readings saved: what is screened a day and not in the quality sample, by the last 4 weeks.",
    )


def saved_a_day(terms: Terms, screened: float, per_day: float | None) -> float | None:
    """How many karyograms a day nobody reads: the screened ones outside of the quality sample."""
    if per_day is None or math.isnan(screened):
        return None
    return per_day * screened * (1 - terms.quality_share)


def _chart(proposed: Terms, grounds: Grounds, stream: Cohort, points: list[tuple[float, float]]) -> None:
    if not grounds.known.abnormal.any():
        st.info("No abnormal karyogram is known, so nobody can tell what is missed.", icon=":material/info:")
        return
    swept = charts.frame(sweep(grounds.known, stream, proposed.limits, _LIMITS))
    st.markdown(
        f"**Missed against screened**, by the limit of the probability · {grounds.kind}, 95 % intervals by case"
    )
    st.altair_chart(
        charts.trade(swept, charts.marks(points[0], points[1])),
        alt="Share of the abnormal karyograms that is missed against the share of all that is screened; the policy in "
        "force is a diamond, the proposed one a circle.",
    )


_SAME = "as in force"
_SCREENED_HELP = "Of all karyograms that come in, the quality sample among them."
_NORMAL_HELP = "Share of the normal karyograms that would be screened."


def _stream_words(laboratory: Laboratory) -> str:
    if laboratory.stream.size:
        number = words.count(laboratory.stream.size, "karyogram")
        return f":material/monitoring: Screened: of the {number} that this model has judged here in the last 4 weeks."
    return (
        ":material/monitoring: This model has judged nothing here in the last 4 weeks, so the share screened is that "
        f"of the same karyograms, as if {words.percent(PREVALENCE)} of them were abnormal."
    )
