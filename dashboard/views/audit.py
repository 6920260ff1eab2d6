"""Audit trail: who did what and when, the newest first; search by person, action or subject."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard.drawing import parts
from dashboard.session import links, services
from dashboard.wording import times
from engine.exports import seal, trail
from engine.people import Action, Person, may
from engine.records import audit
from engine.records.audit import Entry

_ON_A_PAGE = 50


def render() -> None:
    """Draw the page."""
    st.title("Audit trail")
    st.caption(
        "Every upload, verdict, look at a karyogram, decision, export and change of a policy or model, each with the "
        "hash of the one before. The database refuses to change them; `python -m engine check` names what was changed "
        "all the same."
    )
    text = st.text_input(
        "Search",
        key="text",
        bind="query-params",
        placeholder="A person, an action, or the id of a karyogram",
        on_change=links.remember_audit_before,
        args=(None,),
    ).strip()
    before = links.audit_before()
    with services.session() as session:
        found = audit.latest(session, _ON_A_PAGE + 1, before=before, text=text, but=trail.kept_from(services.person()))
    if not found:
        _nothing(text)
        return
    _download(text)
    st.dataframe(
        frame(found[:_ON_A_PAGE]),
        hide_index=True,
        height="content",
        alt="Entries of the audit trail, the newest first",
        column_config=_COLUMNS,
    )
    _steps(found, before)


def _download(text: str) -> None:
    """Offer what was searched for, all pages of it, where the person at work may export."""
    if may(services.person(), Action.EXPORT):
        st.download_button(
            "Signed export",
            data=maker(text, services.later()),
            file_name=trail.FILE_NAME,
            mime="application/zip",
            on_click="ignore",
            icon=":material/verified:",
            help="Everything that was searched for, signed by the key of this installation. An auditor checks it with "
            "`python -m engine verify`, or with `openssl` as the README inside says.",
        )


def maker(text: str, who: Callable[[], Person]) -> Callable[[], bytes]:
    """What makes the file; Streamlit calls it at the click, and who clicks must still be signed in then."""

    def make() -> bytes:
        stream, key = io.BytesIO(), services.settings().signing_key
        with services.session() as session:
            trail.write(session, stream, seal.kept_in(key), text=text, person=who())
        return stream.getvalue()

    return make


def _nothing(text: str) -> None:
    if text:
        st.info("No entry has this in its person, action or subject.", icon=":material/search_off:")
    else:
        parts.empty_state("Nothing was done yet", "The first verdict and the first decision will stand here.")


def _steps(found: Sequence[Entry], before: int | None) -> None:
    """Draw the ways to older entries and back; ``found`` holds one more than is shown, if there is one."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        if before is not None and st.button("Newest", icon=":material/first_page:"):
            links.remember_audit_before(None)
            st.rerun()
        if len(found) > _ON_A_PAGE and st.button("Older", icon=":material/chevron_right:", icon_position="right"):
            links.remember_audit_before(found[_ON_A_PAGE - 1].sequence)
            st.rerun()


def frame(entries: Sequence[Entry]) -> pd.DataFrame:
    """The table of entries, one row each, in their order."""
    zone = times.reader_zone()
    rows = [
        {
            "sequence": entry.sequence,
            "at": times.local_time(entry.at, zone),
            "person": entry.person,
            "action": entry.action,
            "subject": entry.subject,
            "details": entry.details,
            "hash": entry.hash[:12],
        }
        for entry in entries
    ]
    return pd.DataFrame(rows)


_COLUMNS = {
    "sequence": st.column_config.NumberColumn("No.", format="localized", width=60),
    "at": st.column_config.TextColumn("When", width=148),
    "person": st.column_config.TextColumn("Who", width=148),
    "action": st.column_config.TextColumn("Did", width=98),
    "subject": st.column_config.TextColumn("What", width=288),
    "details": st.column_config.JsonColumn("Details", width=280),
    "hash": st.column_config.TextColumn("Hash", width=106, help="The first twelve signs."),
}


if __name__ == "__main__":
    render()
