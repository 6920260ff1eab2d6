"""The picture of a karyogram: as it is, to zoom into, with its chromosomes or with where the evidence lies."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard.drawing import thumbnails
from dashboard.karyogram import chromosome_view, evidence, page_chart
from dashboard.karyogram.correction_form import Read
from dashboard.wording import times, words
from engine.vocabulary import Karyogram, Verdict
from models.pictures import PictureError

_ZOOM = "Turn the wheel to zoom, drag to move, double-click to see all of it again."


def render(karyogram: Karyogram, verdict: Verdict | None) -> Read | None:
    """Draw the picture with what was switched on; what was read, if that is."""
    with st.container(border=True):
        gone = thumbnails.removed_at(karyogram)
        if gone is not None:
            _removed(karyogram, gone)
            return None
        with st.container(horizontal=True):
            read = chromosome_view.switch(karyogram, verdict)
            heat_map = evidence.switch(verdict)
            zoom = st.toggle("Zoom and pan", key="zoom", help=_ZOOM)
        try:
            picture = thumbnails.with_evidence(karyogram, heat_map) if heat_map else thumbnails.large(karyogram)
        except PictureError as error:
            st.error(f"The picture cannot be shown: {words.plain(str(error))}", icon=":material/broken_image:")
            return None
        if read is not None:
            chromosome_view.picture(read, picture, zoom=zoom)
        else:
            _plain(karyogram, picture, zoom=zoom)
        if zoom:
            st.caption(_ZOOM)
        if heat_map:
            evidence.legend()
    return read


def _removed(karyogram: Karyogram, at: datetime) -> None:
    """Say that the time of the picture is over, and what is left of it."""
    day = times.local_time(at, times.reader_zone())
    st.info(
        f"**Picture removed on {day} by retention.** Verdict, decisions and its hash are kept, and the audit trail "
        "tells of the removal. By the hash one knows the file again where somebody still has it.",
        icon=":material/image_not_supported:",
    )
    st.caption(f"SHA-256 `{karyogram.image_sha256}`")


def _plain(karyogram: Karyogram, picture: bytes, *, zoom: bool) -> None:
    """Draw the picture as it is."""
    alt = f"Karyogram of case {words.case_and_cell(karyogram.case_name, karyogram.cell)}"
    if zoom:
        size = karyogram.width, karyogram.height
        st.altair_chart(page_chart.zoom_chart(thumbnails.data_url(picture), size), alt=alt)
    else:
        st.image(picture, width="stretch", alt=alt)
