"""Correcting by hand what was read: another class, another box, one more or one less. The verdict stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.karyogram import readings
from dashboard.session import services, state
from dashboard.wording import times, words
from engine import people
from engine.people import Action, NotAllowedError
from engine.reviewing import corrections
from engine.reviewing.corrections import NAMES, REMOVED, Correction, StandingObject
from engine.vocabulary import Karyogram, Verdict
from models.judging.record import Box, Record

_THIS, _NEW = "This object", "A new box"
_NEW_SHARE = 0.05  # of the picture's sides that a new box takes to begin with
_ADVICE = (
    "Counted anew where somebody has corrected a chromosome; elsewhere the numbers of the reader stand. The verdict is "
    "what the model said, and does not change."
)
_SIDES = ("Left", "Top", "Right", "Bottom")


@dataclass(frozen=True)
class Read:
    """A karyogram that was read: its verdict with the reading, and what people corrected of it since."""

    karyogram: Karyogram
    verdict: Verdict
    reading: Record
    corrections: list[Correction]

    @property
    def objects(self) -> list[StandingObject]:
        """The objects as they stand."""
        return corrections.standing(self.reading, self.corrections)

    @property
    def held(self) -> dict[int, int]:
        """How many chromosomes an object holds, where it is more than one."""
        return corrections.held(self.reading, self.corrections)


def load(karyogram: Karyogram, verdict: Verdict | None) -> Read | None:
    """What was read of a karyogram with its corrections; ``None`` where nothing was."""
    if verdict is None or verdict.reading is None:
        return None
    with services.session() as session:
        return Read(karyogram, verdict, verdict.reading, corrections.of(session, verdict))


def summary(read: Read) -> None:
    """Say what the corrected count amounts to, where there are corrections."""
    if not read.corrections:
        return
    iscn = corrections.karyotype(read.reading, read.corrections)
    counted = corrections.counts(read.reading, read.corrections)
    with st.container(gap="xsmall"):
        st.metric("Karyotype (corrected by hand)", iscn or "No X or Y", help=_ADVICE)
        st.caption(
            f"By the corrected count of {sum(counted.values())}. {readings.changes(read.reading.counts, counted)}"
        )


def form(read: Read, chosen: StandingObject | None) -> None:
    """Let a person correct the chosen object, or add one, where their role may."""
    if not people.may(services.person(), Action.CORRECT):
        st.caption(":material/lock: Your role may look, but not correct.")
        return
    with st.expander("Correct by hand", icon=":material/edit:", key=f"correct_{read.karyogram.id}"):
        what = st.segmented_control(
            "What to correct",
            [_THIS, _NEW] if chosen else [_NEW],
            default=_THIS if chosen else _NEW,
            required=True,
            label_visibility="collapsed",
        )
        if what == _THIS and chosen is not None:
            _fields(read, chosen.number, chosen.seen.name, chosen.seen.box, removable=True)
        else:
            number = corrections.next_object(read.reading, read.corrections)
            _fields(read, number, NAMES[0], _middle(read.karyogram), removable=False)


def _fields(read: Read, number: int, name: str, box: Box, *, removable: bool) -> None:
    key = f"correct_{read.karyogram.id}_{number}_{len(read.corrections)}"
    with st.form(key, border=False):
        chosen = st.selectbox("It is", NAMES, index=NAMES.index(name), format_func=readings.named, key=f"{key}_name")
        sides = _ask_sides(read.karyogram, box, key)
        with st.container(horizontal=True):
            label = words.on_primary("Keep the correction")
            kept = st.form_submit_button(label, type="primary", icon=":material/check:")
            removed = removable and st.form_submit_button("Remove the box", icon=":material/delete:")
    if kept:
        _keep(read, number, chosen, sides if sides != _whole(box) else box)
    elif removed:
        _keep(read, number, REMOVED, box)


def _ask_sides(karyogram: Karyogram, box: Box, key: str) -> Sequence[int]:
    """Ask for the sides of a box in whole pixels of the picture."""
    limits = (karyogram.width, karyogram.height) * 2
    columns = st.columns(4, gap="small")
    return [
        int(column.number_input(side, 0, limit, value=min(limit, value), step=1, key=f"{key}_{side}"))
        for column, side, limit, value in zip(columns, _SIDES, limits, _whole(box), strict=True)
    ]


def _whole(box: Box) -> list[int]:
    return [round(side) for side in box]


def _middle(karyogram: Karyogram) -> Box:
    """Where a new box stands to begin with."""
    x, y = karyogram.width / 2, karyogram.height / 2
    half_width, half_height = _NEW_SHARE / 2 * karyogram.width, _NEW_SHARE * karyogram.height
    return x - half_width, y - half_height, x + half_width, y + half_height


def _keep(read: Read, number: int, name: str, sides: Sequence[float]) -> None:
    left, top, right, bottom = map(float, sides)
    try:
        told = Correction(read.karyogram.id, read.verdict.model, number, name, (left, top, right, bottom), times.now())
    except ValueError as error:
        st.error(words.plain(str(error)), icon=":material/error:")
        return
    with services.session() as session:
        try:
            corrections.add(session, told, person=services.person())
        except NotAllowedError as error:
            st.error(words.plain(str(error)), icon=":material/error:")
            return
        session.commit()
    state.choose_later(read.karyogram.id, number)
    st.rerun()
