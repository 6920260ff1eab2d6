"""Quality: what the sample of screened karyograms shows, how far two readers agree, and how each of them reads."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.drawing import frames, parts
from dashboard.known_cases import panel
from dashboard.overview import choice
from dashboard.overview import frames as statistics
from dashboard.session import links, services
from dashboard.wording import times, words
from engine.figures import agreement, quality
from engine.figures.agreement import Agreement
from engine.figures.quality import Reader, Sample, Table
from engine.reviews import Call
from engine.vocabulary import Karyogram

_MISSED_SHOWN = 20
_CALLS = {Call.NORMAL: "Normal", Call.ABNORMAL: "Abnormal", Call.NOT_ASSESSABLE: "Not assessable"}
_READER_COLUMNS = {
    "reader": st.column_config.TextColumn("Reader", width=210),
    "read": st.column_config.NumberColumn("Read", format="localized", help="As first or second reader.", width=80),
    "found": st.column_config.TextColumn(
        "Abnormal ones found",
        help="Of those signed as abnormal in the end, the share that this reader did not call normal, with the 95 % "
        "interval by case.",
        width=230,
    ),
    "alarms": st.column_config.TextColumn(
        "False alarms",
        help="Of those signed as normal in the end, the share that this reader called abnormal, with the 95 % interval "
        "by case.",
        width=230,
    ),
    "overrides": st.column_config.NumberColumn(
        "Against the model", format="localized", help="Said the contrary of what the model of the batch said."
    ),
}


def render() -> None:
    """Draw the page."""
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    left.title("Quality")
    with right:
        period = choice.period()
    with services.session() as session:
        sample, calls = quality.sample(session, period), quality.calls(session, period)
        found = agreement.together(agreement.agreement(session, period.coarser))
        missed, readers = quality.missed(session, period, _MISSED_SHOWN), quality.readers(session, period)
    st.caption("Of the karyograms that were received in this period.")
    if not sample.screened and not readers:
        parts.empty_state(
            "Nothing to check in this period",
            "No karyogram was screened and nobody has decided on one. Choose another period.",
        )
        panel.render(period)
        return
    _sample(sample, found)
    _missed(missed, 0 if found is None else found.missed)
    _two_readers(calls)
    _readers(readers)
    panel.render(period)


def _sample(sample: Sample, found: Agreement | None) -> None:
    st.subheader(
        "Quality sample",
        help="Screened karyograms that are drawn by lot and read all the same. They show how many abnormal ones triage "
        "lets pass.",
    )
    missed = 0 if found is None else found.missed
    with st.grid(columns=5, min_column_width=150, gap="xsmall"):
        st.metric("Screened", f"{sample.screened:,}", border=True)
        st.metric("Drawn", f"{sample.drawn:,}", border=True)
        st.metric("Wait for a reader", f"{sample.waiting:,}", border=True)
        st.metric("Signed", f"{sample.signed:,}", border=True)
        st.metric("Missed abnormal", f"{missed:,}", border=True, help="Screened, and signed as abnormal.")
    value = found and found.negative_predictive_value
    if found is not None and value:
        st.markdown(
            f"Negative predictive value **{words.percent(value.value)}**, 95 % interval {words.percent(value.low)} to "
            f"{words.percent(value.high)}: only the {words.count(found.sampled, 'karyogram')} of "
            f"{words.count(found.sampled_cases, 'case')} that were read and signed count."
        )


def _missed(karyograms: Sequence[Karyogram], number: int) -> None:
    for karyogram in karyograms:
        with st.container(border=True, horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            name = words.case_and_cell(words.plain(karyogram.case_name), words.plain(karyogram.cell))
            came = times.local_time(karyogram.created_at, times.reader_zone())
            st.markdown(f":material/report: **{name}** · {words.plain(frames.file_and_page(karyogram))} · {came}")
            links.to_karyogram(karyogram.id, "Open", icon=":material/open_in_full:")
    if number > len(karyograms):
        st.caption(f"And {number - len(karyograms):,} more.")


def _two_readers(calls: Table) -> None:
    st.subheader(
        "Two readers",
        help="What the first and the second reader said of the same karyogram, each before they saw the other's "
        "decision. Kappa is 1 where they always agree and 0 where they agree no more often than by chance.",
    )
    if not calls:
        st.caption("No karyogram has been read twice yet.")
        return
    number, same = sum(calls.values()), sum(count for (one, other), count in calls.items() if one is other)
    value = quality.two_readers(calls)
    left, right = st.columns([1, 2], gap="medium", vertical_alignment="center")
    with left:
        st.metric("Cohen's kappa", "not defined" if value is None else f"{value.value:.2f}")
        interval = "" if value is None else f"95 % interval {value.low:.2f} to {value.high:.2f}. "
        st.caption(f"{interval}Same call on {same:,} of {words.count(number, 'karyogram')} read twice.")
    right.table(
        statistics.calls(calls, _CALLS), border="horizontal", alt="Calls of first readers in rows, of second in columns"
    )


def _readers(readers: Sequence[Reader]) -> None:
    st.subheader("Readers", help="Beside what was signed in the end. That rests in part on each reader's own call.")
    if readers:
        frame = statistics.readers(readers)
        st.dataframe(frame, hide_index=True, column_config=_READER_COLUMNS, alt="Readers")
    else:
        st.caption("Nobody has decided on a karyogram of this period yet.")


if __name__ == "__main__":
    render()
