"""The candidate in the shadow beside the model in use, on the same karyograms."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.lab_models import actions, agreement
from dashboard.session import links, services
from dashboard.wording import times, words
from engine.policy import side_by_side
from engine.policy.shadows import Shadow
from engine.policy.side_by_side import Pair

_SHOWN = 100


def draw(used: str, shadow: Shadow | None) -> None:
    """Draw how the candidate compares, or what the shadow is for."""
    st.subheader("In the shadow")
    if shadow is None:
        st.caption(
            ":material/visibility_off: No candidate judges at present. One that does judges the same karyograms as the "
            "model in use, after the routine work; readers see nothing of it and no list changes."
        )
        return
    since = times.local_time(shadow.since, times.reader_zone())
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(
            f"**{words.plain(shadow.model)}** judges beside {words.plain(used)} since {since}, let in by "
            f"{words.plain(shadow.author)}: {words.plain(shadow.reason)}",
            width="stretch",
        )
        actions.end_shadow()
    with services.session() as session:
        pairs = side_by_side.pairs(session, used, shadow.model)
    if pairs:
        _compare(pairs)
    else:
        st.info(
            "The candidate has judged nothing yet. It begins with what comes from now on.",
            icon=":material/hourglass_empty:",
        )


def _compare(pairs: Sequence[Pair]) -> None:
    differing, agree = agreement.differing(pairs), agreement.agree(pairs)
    with st.grid(columns=3, min_column_width=170, gap="xsmall"):
        st.metric("Judged by both", f"{len(pairs):,}", border=True, icon=":material/join_inner:")
        st.metric("Same way for both", words.percent(agree / len(pairs)), border=True, icon=":material/handshake:")
        st.metric("They differ", f"{len(differing):,}", border=True, icon=":material/call_split:")
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Against what people signed**")
        st.table(agreement.against_people(pairs), border="horizontal", hide_index=True)
        st.caption(
            "95 % intervals by case. Of what the model in use screens only the quality sample is read: each of it "
            "stands for the others too."
        )
    with right:
        st.markdown("**What each says** (rows: in use, columns: candidate)")
        st.table(agreement.table(pairs), border="horizontal", hide_index=True)
    if differing:
        _differences(differing)


def _differences(differing: Sequence[Pair]) -> None:
    st.markdown("**Where one screens and the other flags**, abnormal ones first")
    shown = differing[:_SHOWN]
    frame = agreement.differences(shown).assign(open=[links.karyogram_address(pair.karyogram_id) for pair in shown])
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(shown) <= 10 else 390,
        alt="Karyograms on which the two models differ",
        column_config={
            "case": "Case",
            "file": "File",
            "in_use": "In use",
            "candidate": "Candidate",
            "signed": "Signed as",
            "open": st.column_config.LinkColumn("", display_text="Open"),
        },
    )
    if len(differing) > _SHOWN:
        st.caption(f"And {len(differing) - _SHOWN:,} more.")
