"""Addresses: which page shows what, so that a reload, the back button or a sent link keeps the place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

UPLOAD = "views/upload.py"
BATCHES = "views/batches.py"
KARYOGRAM = "views/karyogram.py"
READING = "views/reading.py"
SYSTEM = "views/system.py"
COMPARISON = "views/comparison.py"
AUDIT = "views/audit.py"
POLICY = "views/policy.py"
MODELS = "views/models.py"
OVERVIEW = "views/overview.py"
QUALITY = "views/quality.py"

_PERSON = "person"
BATCH = "batch"
_KARYOGRAM = "karyogram"
_OUTCOME = "outcome"  # with the next ones: what a reading list shows
LIST = "list"
FINDING = "finding"
CASE = "case"
OLDER = "older"
BY = "by"
_AFTER = "after"  # the karyogram before the page that is shown
_BEFORE = "before"  # the karyogram after it
_FILTER = (LIST, BATCH, _OUTCOME, FINDING, CASE, OLDER, BY)
_PLACE = (_OUTCOME, _AFTER, _BEFORE)  # in the list of a batch
_ENTRY = "entry"  # the number of an entry of the audit trail: only older ones are shown


def person() -> str | None:
    """The short name of who works here, if the address tells it."""
    return st.query_params.get(_PERSON)


def remember_person(short: str) -> None:
    """Put into the address of the present page who works here; blank for who goes without saying."""
    put(_PERSON, [short] if short else [])


def batch_id() -> str | None:
    """The batch that the address names, if it names one."""
    return st.query_params.get(BATCH)


def karyogram_id() -> str | None:
    """The karyogram that the address names, if it names one."""
    return st.query_params.get(_KARYOGRAM)


def outcomes() -> list[str]:
    """The outcomes that the address asks for, in short words; empty for all."""
    return st.query_params.get_all(_OUTCOME)


def _kept(*names: str) -> dict[str, list[str]]:
    """The parts of the present address that a link takes along, so that the way back leads to the same place."""
    return {name: values for name in names if (values := st.query_params.get_all(name))}


def listed(name: str) -> str:
    """What the address asks of a reading list by one of the names above; empty for nothing."""
    return st.query_params.get(name, "")


def place_of_page() -> tuple[str, str]:
    """The karyograms after and before which the address wants a page of a reading list to lie, empty for none."""
    return st.query_params.get(_AFTER, ""), st.query_params.get(_BEFORE, "")


def remember_batch(identifier: str) -> None:
    """Put a batch into the address of the present page."""
    st.query_params[BATCH] = identifier


# Not left to ``bind="query-params"``: a bound parameter cannot be taken along to another page.
def remember_reading_list(shorts: Sequence[str], **asked: str) -> None:
    """Put what a reading list shows into the address, by the names above; another filter begins at its first page."""
    values = {name: [value] if value else [] for name, value in asked.items()} | {_OUTCOME: list(shorts)}
    if any(st.query_params.get_all(name) != value for name, value in values.items()):
        turn_page()
    for name, value in values.items():
        put(name, value)


def remember_list(name: str) -> None:
    """Put into the address which of the lists is shown; another one begins at its first page."""
    if listed(LIST) not in ("", name):
        turn_page()
    put(LIST, [name])


def forget_filter() -> None:
    """Take everything out of the address that a reading list is filtered by, but which list it is."""
    for name in (*_FILTER[1:], _AFTER, _BEFORE):
        put(name, [])


def turn_page(*, after: str = "", before: str = "") -> None:
    """Put into the address after or before which karyogram a page of a reading list lies; the first one for neither."""
    put(_AFTER, [after] if after else [])
    put(_BEFORE, [before] if before else [])


def put(name: str, values: list[str]) -> None:
    """Put values into the address, or take their name out where there are none."""
    if values:
        st.query_params[name] = values
    elif name in st.query_params:
        del st.query_params[name]


def audit_before() -> int | None:
    """The number before which the address asks for entries of the audit trail; ``None`` for the newest."""
    text = st.query_params.get(_ENTRY, "")
    return int(text) if text.isascii() and text.isdigit() else None


def remember_audit_before(sequence: int | None) -> None:
    """Put the number before which entries of the audit trail are shown into the address."""
    put(_ENTRY, [] if sequence is None else [str(sequence)])


def to_batch(identifier: str, label: str, *, icon: str = "") -> None:
    """Draw a link to a batch."""
    st.page_link(BATCHES, label=label, icon=icon, help="", query_params=_to_batch(identifier, *_PLACE))


def to_reading_list(identifier: str, label: str, *, icon: str = "") -> None:
    """Draw a link back to the reading list, which takes along from which karyogram one comes."""
    st.page_link(READING, label=label, icon=icon, help="", query_params=_to_karyogram(identifier))


def to_karyogram(
    identifier: str | None, label: str, *, icon: str = "", help_text: str = "", after: bool = False
) -> None:
    """Draw a link to a karyogram; it is greyed out where there is none to go to."""
    st.page_link(
        KARYOGRAM,
        label=label,
        icon=icon,
        icon_position="right" if after else "left",
        help=help_text,
        disabled=identifier is None,
        query_params=_to_karyogram(identifier or ""),
    )


def karyogram_address(identifier: str) -> str:
    """The address of a karyogram, seen from any page, for a link inside a text."""
    person = "".join(f"&{_PERSON}={short}" for short in _kept(_PERSON).get(_PERSON, []))
    return f"karyogram?{_KARYOGRAM}={identifier}{person}"


def to_page(page: str, label: str, *, icon: str = "") -> None:
    """Draw a link to one of the pages above."""
    st.page_link(page, label=label, icon=icon, help="", query_params=_kept(_PERSON))


def open_batch(identifier: str) -> NoReturn:
    """Go to a batch now."""
    st.switch_page(BATCHES, query_params=_to_batch(identifier))


def open_karyogram(identifier: str) -> NoReturn:
    """Go to a karyogram now."""
    st.switch_page(KARYOGRAM, query_params=_to_karyogram(identifier))


def _to_batch(identifier: str, *kept: str) -> dict[str, str | list[str]]:
    return {**_kept(_PERSON, *kept), BATCH: identifier}


def open_reading_list(identifier: str) -> NoReturn:
    """Go back to the reading list now, from a karyogram."""
    st.switch_page(READING, query_params=_to_karyogram(identifier))


def _to_karyogram(identifier: str) -> dict[str, str | list[str]]:
    # Streamlit changes the parameters before the page, and so leaves an address behind in which this page has the
    # parameters of the next one. Because the batch is among them, the back button still leads to it.
    return {**_kept(_PERSON, *_FILTER, _AFTER, _BEFORE), _KARYOGRAM: identifier}
