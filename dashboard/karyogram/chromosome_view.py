"""Every chromosome of a karyogram: boxes over the picture, and the chosen one beside its homologue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.drawing import thumbnails
from dashboard.karyogram import correction_form, page_chart, readings
from dashboard.karyogram.correction_form import Read
from dashboard.session import state
from dashboard.wording import words
from engine.reviewing.corrections import StandingObject
from engine.vocabulary import Karyogram, Verdict
from models.judging.record import ComparedPair
from models.pictures import PictureError

_HELP = "A box around everything that the reader found, with the chromosome that it most probably is."
_KEY = (
    "Blue: as usual. Red and ▲: a chromosome with a finding. Yellow, dashed and ?: fits nowhere. Grey and dotted: no "
    "chromosome, such as a caption or dirt. ✎: corrected by hand."
)
_HINT = "Click a chromosome in the picture, or choose one here."


def switch(karyogram: Karyogram, verdict: Verdict | None) -> Read | None:
    """Offer to show the chromosomes where they were read; what was read once it is wanted."""
    if verdict is None or verdict.reading is None:
        return None
    if not st.toggle("Show chromosomes", key="chromosomes", help=_HELP):
        return None
    return correction_form.load(karyogram, verdict)


def picture(read: Read, png: bytes, *, zoom: bool) -> None:
    """Draw the picture with a box around every object; a click on one chooses it."""
    karyogram = read.karyogram
    frame = readings.boxes(read.objects, read.verdict.findings, read.held)
    size = karyogram.width, karyogram.height
    chart = page_chart.page_chart(frame, thumbnails.data_url(png), size, _chosen(read), zoom=zoom)
    name = words.case_and_cell(karyogram.case_name, karyogram.cell)
    st.altair_chart(
        chart,
        key=state.page_chart(karyogram.id),
        on_select=partial(state.choose_clicked, karyogram.id, page_chart.CLICKED),
        selection_mode=page_chart.CLICKED,
        alt=f"Karyogram of case {name} with a box around every chromosome",
    )
    st.caption(_KEY)


def details(read: Read) -> None:
    """Draw the chosen object beside its homologue, what differs, and what speaks for it."""
    with st.container(border=True):
        chosen = _choice(read)
        if chosen is not None:
            _homologues(read, chosen)
        st.markdown("**What speaks for it**", help="What each part of the model says by itself, before calibration.")
        st.table(
            readings.evidence(read.reading.evidence),
            border="horizontal",
            hide_index=True,
            alt="What each part of the model says",
        )


def correction(read: Read) -> None:
    """Let a person correct the chosen object, and say what that amounts to."""
    with st.container(border=True):
        correction_form.form(read, next((found for found in read.objects if found.number == _chosen(read)), None))
        correction_form.summary(read)


def corrected(karyogram: Karyogram, verdict: Verdict | None) -> None:
    """Say what people corrected, where the chromosomes themselves are not shown."""
    read = correction_form.load(karyogram, verdict)
    if read is not None and read.corrections:
        with st.container(border=True):
            correction_form.summary(read)


def _chosen(read: Read) -> int | None:
    """The object that is chosen: by the reader, else the first one with a finding."""
    numbers = [found.number for found in read.objects]
    asked = state.chosen(read.karyogram.id)
    return asked if asked in numbers else _first_found(read)


def _first_found(read: Read) -> int | None:
    wrong = {finding.chromosome for finding in read.verdict.findings}
    return next((found.number for found in read.objects if found.seen.name in wrong), None)


def _choice(read: Read) -> StandingObject | None:
    """Ask for an object; the mouse can also click one."""
    objects, held = {found.number: found for found in read.objects}, read.held
    state.choose(read.karyogram.id, _chosen(read))
    number = st.selectbox(
        "Chromosome",
        list(objects),
        index=None,
        format_func=lambda number: readings.in_words(objects[number], held.get(number, 1)),
        placeholder=_HINT,
        key=state.chosen_object(read.karyogram.id),
        on_change=state.choose_elsewhere,
        help=_HINT,
    )
    return None if number is None else objects[number]


def _homologues(read: Read, chosen: StandingObject) -> None:
    name = chosen.seen.name
    same = [found for found in read.objects if found.seen.name == name] if name in read.reading.counts else [chosen]
    _cut_out(read, same, name)
    pair = _compared(read, same)
    if pair is None:
        st.caption(readings.why_not_compared(same, read.held.get(same[0].number, 1)))
        return
    st.markdown(words.plain(readings.difference(pair, read.verdict.findings)))
    st.altair_chart(
        page_chart.profile_chart(*pair.bands, ("Left one", "Right one")),
        alt=f"Banding profiles of the two homologues of {name}",
    )


def _cut_out(read: Read, same: Sequence[StandingObject], name: str) -> None:
    try:
        shown = thumbnails.cut_out(read.karyogram, [found.seen.box for found in same])
    except PictureError as error:
        st.error(f"The picture cannot be shown: {words.plain(str(error))}", icon=":material/broken_image:")
        return
    kind = readings.sentence(readings.named(name))
    st.image(shown, alt=kind)  # its own caption would stretch it
    st.caption(f"{kind}: the homologues, at the same scale" if len(same) > 1 else f"{kind}, by itself")


def _compared(read: Read, same: Sequence[StandingObject]) -> ComparedPair | None:
    """The comparison of these objects, unless a person has changed what was compared."""
    if any(found.by_hand for found in same):
        return None
    numbers = tuple(found.number for found in same)
    return next((pair for pair in read.reading.pairs if pair.objects == numbers), None)
