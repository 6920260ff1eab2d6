"""What one browser session remembers between reruns: what is filled in, chosen and looked at.

No module but this one and ``presence`` touches ``st.session_state``.

Everything that must survive a reload or travel in a link stands in the address of the page instead; see ``links``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

UPLOADERS = ("files", "folder")  # the widgets of the upload form that hold files
_GENERATION = "upload_generation"
_BROKEN_OFF = "upload_broken_off"
_DRAWN = "reading_list_drawn"
_CHART = "page_chart"
_FILTERS = "reading_filters"
_LOOKED = "looked_at"


def is_first_look(person: str, karyogram_id: str) -> bool:
    """Whether somebody looks at a karyogram for the first time in this session, or comes back from another one."""
    looked = (person, karyogram_id)
    if st.session_state.get(_LOOKED) == looked:
        return False
    st.session_state[_LOOKED] = looked
    return True


def upload_key(widget: str) -> str:
    """The key of a widget of the upload form; it changes with each upload, and so empties the widget."""
    return f"{widget}_{st.session_state.get(_GENERATION, 0)}"


def start_new_upload() -> None:
    """Give the upload form new keys, so that it is empty, and let go of the files that it holds."""
    for uploader in UPLOADERS:
        st.session_state.pop(upload_key(uploader), None)
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1
    st.session_state.pop(_BROKEN_OFF, None)


def break_off_upload(reason: str) -> None:
    """Remember why the last upload broke off, until one has succeeded; the form keeps its files."""
    st.session_state[_BROKEN_OFF] = reason


def broken_off_upload() -> str | None:
    """Why the last upload broke off; ``None`` if it did not."""
    reason: str | None = st.session_state.get(_BROKEN_OFF)
    return reason


def chosen_object(karyogram_id: str) -> str:
    """The key of the select box that holds the chosen object of a karyogram."""
    return f"object_{karyogram_id}"


def chosen(karyogram_id: str) -> int | None:
    """The object that is chosen; ``None`` where none was yet."""
    key, later = chosen_object(karyogram_id), _later(karyogram_id)
    if later in st.session_state:
        st.session_state[key] = st.session_state.pop(later)
    number: int | None = st.session_state.get(key)
    return number


def choose(karyogram_id: str, number: int | None) -> None:
    """Choose an object, before the select box is drawn."""
    st.session_state[chosen_object(karyogram_id)] = number


def choose_later(karyogram_id: str, number: int) -> None:
    """Choose an object in the next run, because the select box of this one is drawn already."""
    st.session_state[_later(karyogram_id)] = number
    choose_elsewhere()


def _later(karyogram_id: str) -> str:
    return f"object_next_{karyogram_id}"


def page_chart(karyogram_id: str) -> str:
    """The key of the chart on which objects are clicked.

    It changes when an object is chosen elsewhere: a chart that still held an earlier click would not tell the same one
    again.
    """
    return f"page_{karyogram_id}_{st.session_state.get(_CHART, 0)}"


def choose_clicked(karyogram_id: str, selection: str) -> None:
    """Let a click on the chart choose an object; a click beside all of them changes nothing."""
    clicked = st.session_state[page_chart(karyogram_id)]["selection"][selection]
    if clicked:
        st.session_state[chosen_object(karyogram_id)] = clicked[0]["object"]


def choose_elsewhere() -> None:
    """Let the chart forget its last click."""
    st.session_state[_CHART] = st.session_state.get(_CHART, 0) + 1


def draft(field: str, karyogram_id: str, person: str, turn: str) -> str:
    """The key of a field of a decision that is not kept yet."""
    return f"draft_{field}_{karyogram_id}_{person}_{turn}"


def fill_in(values: Mapping[str, object]) -> None:
    """Fill in fields by their keys, before they are drawn."""
    for key, value in values.items():
        st.session_state[key] = value


def begin_with(values: Mapping[str, object]) -> None:
    """Fill in fields by their keys unless they were drawn before."""
    for key, value in values.items():
        st.session_state.setdefault(key, value)


def filled_in(key: str) -> list[str]:
    """What stands in a field of several values."""
    values: list[str] = st.session_state.get(key) or []
    return values


def exchange_drawn(identifiers: Sequence[str]) -> list[str]:
    """Remember which karyograms the reading list shows from now on, row by row, and tell which it showed until now."""
    before: list[str] = st.session_state.get(_DRAWN, [])
    st.session_state[_DRAWN] = list(identifiers)
    return before


def filter_key(widget: str) -> str:
    """The key of a widget that filters the reading list; it changes when all of them begin anew."""
    return f"{widget}_{st.session_state.get(_FILTERS, 0)}"


def start_new_filters() -> None:
    """Give the filters of the reading list new keys: they then show what the address says."""
    st.session_state[_FILTERS] = st.session_state.get(_FILTERS, 0) + 1


@dataclass(frozen=True)
class Clicks:
    """What is selected in a table, by the numbers of its rows: boxes that are ticked, and the row of a clicked cell."""

    ticked: list[int]
    clicked: int | None


def clicks(table: str) -> Clicks:
    """What is selected in the table with this key; to be read in its callback."""
    selection = st.session_state[table]["selection"]
    cells = selection.get("cells", [])
    return Clicks(ticked=list(selection.get("rows", [])), clicked=int(cells[0][0]) if cells else None)


def tick(table: str, rows: Sequence[int]) -> None:
    """Tick the boxes of these rows and of no others, before the table is drawn."""
    st.session_state[table] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
