"""The downloads of a batch: its report in each format, made when somebody asks for it and never before."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from dashboard.session import services
from dashboard.wording import words
from engine import people
from engine.exports.batch_report import report
from engine.exports.batch_report.formats import MEDIA_TYPES, Format, file_name, write
from engine.exports.redaction import Shown
from engine.people import Action, Person
from engine.vocabulary import Batch


class _Offer(NamedTuple):
    """How a format is offered: its button, its icon, and what is in it."""

    label: str
    icon: str
    meaning: str


_OFFERS = {
    Format.PDF: _Offer(
        "Report as PDF",
        ":material/picture_as_pdf:",
        "For people: figures, flagged karyograms with their pictures, signed decisions. Thousands take a minute.",
    ),
    Format.XLSX: _Offer(
        "Excel workbook",
        ":material/table_view:",
        "Summary, every karyogram, every signed decision, and the policy.",
    ),
    Format.CSV: _Offer(
        "Table as CSV",
        ":material/csv:",
        "Every field of every verdict and what people signed, for statistics.",
    ),
    Format.JSON: _Offer("Everything as JSON", ":material/data_object:", "The whole report for programs."),
    Format.FHIR: _Offer(
        "Signed results as FHIR",
        ":material/local_hospital:",
        "An R4 bundle for other systems of the laboratory: one observation for each signed karyogram.",
    ),
}


_WITHOUT_NAMES = (
    "Cases, files and the batch are called by their ids, which only this system can turn into names. Pictures and what "
    "readers wrote in their own words are left out."
)
_WHOLE_PICTURES = (
    "With whatever is burnt into them, which may be a name. Else a picture shows only what was read as chromosomes."
)


def downloads(batch: Batch) -> None:
    """Offer the report of a batch in every format, where the person at work may export."""
    person = services.person()
    if not people.may(person, Action.EXPORT):
        role = words.plain(person.role.value.replace("_", " "))
        st.caption(f":material/lock: Reports are not for the role {role}.")
        return
    with services.session() as session:
        signed = report.signed_count(session, batch.id)
    with st.popover("Report", icon=":material/download:", width="content"):
        hidden = st.toggle("Without names", key="report_without_names", help=_WITHOUT_NAMES)
        whole = st.toggle("Whole pictures", key="report_whole_pictures", help=_WHOLE_PICTURES, disabled=hidden)
        shown = Shown(names=not hidden, whole_pictures=whole)
        for kind, offer in _OFFERS.items():
            _button(batch, kind, offer, shown, disabled=kind is Format.FHIR and not signed)
        st.caption(_about(signed))


def _button(batch: Batch, kind: Format, offer: _Offer, shown: Shown, *, disabled: bool) -> None:
    with st.container(gap="xxsmall"):
        st.download_button(
            offer.label,
            data=maker(batch, kind, services.later(), shown),
            file_name=file_name(batch, kind),
            mime=MEDIA_TYPES[kind],
            on_click="ignore",
            icon=offer.icon,
            width="stretch",
            disabled=disabled,
            key=f"report_{kind}",
        )
        st.caption(offer.meaning)


def _about(signed: int) -> str:
    if not signed:
        return "No result of this batch is signed yet, so there is nothing to send as FHIR."
    verb = "is" if signed == 1 else "are"
    return f"{words.count(signed, 'karyogram')} {verb} signed. Decisions on the others are in no report."


def maker(batch: Batch, kind: Format, who: Callable[[], Person], shown: Shown) -> Callable[[], bytes]:
    """What makes the file; Streamlit calls it at the click, and who clicks must still be signed in then."""

    def make() -> bytes:
        stream = io.BytesIO()
        with services.session() as session:
            limits = services.limits()
            write(session, batch.id, kind, stream, limits, shown=shown, person=who())
        return stream.getvalue()

    return make
