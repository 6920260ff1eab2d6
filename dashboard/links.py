"""Addresses: which page shows what, so that a reload, the back button or a sent link keeps the place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

UPLOAD = "views/upload.py"
BATCHES = "views/batches.py"
KARYOGRAM = "views/karyogram.py"
SYSTEM = "views/system.py"
COMPARISON = "views/comparison.py"
OVERVIEW = "views/overview.py"
QUALITY = "views/quality.py"

_BATCH = "batch"
_KARYOGRAM = "karyogram"
_OUTCOME = "outcome"  # the filter of a reading list
_PAGE = "page"  # which page of it is shown, from 1
_RUN = "run"  # with a number from 1: a run in this place of the comparison
_NO_RUN = "none"  # in the first place: nothing is compared, and that is what somebody wants


def batch_id() -> str | None:
    """The batch that the address names, if it names one."""
    return st.query_params.get(_BATCH)


def karyogram_id() -> str | None:
    """The karyogram that the address names, if it names one."""
    return st.query_params.get(_KARYOGRAM)


def outcomes() -> list[str]:
    """The outcomes that the address asks for, in short words; empty for all."""
    return st.query_params.get_all(_OUTCOME)


def _kept(*names: str) -> dict[str, list[str]]:
    """The parts of the present address that a link takes along, so that the way back leads to the same place."""
    return {name: values for name in names if (values := st.query_params.get_all(name))}


def page_number() -> int:
    """Which page of the reading list the address asks for, from 1."""
    text = st.query_params.get(_PAGE, "")
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else 1


def remember_batch(identifier: str) -> None:
    """Put a batch into the address of the present page."""
    st.query_params[_BATCH] = identifier


# Not left to ``bind="query-params"``: a bound parameter cannot be taken along to another page.
def remember_reading_list(shorts: Sequence[str], page: int) -> None:
    """Put the filter and the page of the reading list into the address; what goes without saying is left out."""
    _put(_OUTCOME, list(shorts))
    _put(_PAGE, [str(page)] if page > 1 else [])


def _put(name: str, values: list[str]) -> None:
    """Put values into the address, or take their name out where there are none."""
    if values:
        st.query_params[name] = values
    elif name in st.query_params:
        del st.query_params[name]


def filter_of_runs(name: str) -> list[str]:
    """What the address asks for of the column ``name`` of the table of runs; empty for all."""
    return st.query_params.get_all(name)


def remember_filter_of_runs(name: str, values: Sequence[str]) -> None:
    """Put a filter of the table of runs into the address."""
    _put(name, list(values))


def runs(places: int) -> list[str] | None:
    """The names of the runs that the address compares, one a place, empty where there is none.

    Returns:
        ``None`` when the address says nothing of runs, so that the page may choose.
    """
    names = [st.query_params.get(f"{_RUN}{place}", "") for place in range(1, places + 1)]
    return [name if name != _NO_RUN else "" for name in names] if any(names) else None


def remember_runs(names: Sequence[str]) -> None:
    """Put the runs that are compared into the address, each with its place."""
    shown = names if any(names) else [_NO_RUN, *names[1:]]
    for place, name in enumerate(shown, 1):
        _put(f"{_RUN}{place}", [name] if name else [])


def to_batch(identifier: str, label: str, *, icon: str = "") -> None:
    """Draw a link to a batch."""
    st.page_link(BATCHES, label=label, icon=icon, help="", query_params={**_kept(_OUTCOME, _PAGE), _BATCH: identifier})


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
    return f"karyogram?{_KARYOGRAM}={identifier}"


def to_page(page: str, label: str, *, icon: str = "") -> None:
    """Draw a link to one of the pages above."""
    st.page_link(page, label=label, icon=icon, help="")


def open_batch(identifier: str) -> NoReturn:
    """Go to a batch now."""
    st.switch_page(BATCHES, query_params={_BATCH: identifier})


def open_karyogram(identifier: str) -> NoReturn:
    """Go to a karyogram now."""
    st.switch_page(KARYOGRAM, query_params=_to_karyogram(identifier))


def _to_karyogram(identifier: str) -> dict[str, str | list[str]]:
    # Streamlit changes the parameters before the page, and so leaves an address behind in which this page has the
    # parameters of the next one. Because the batch is among them, the back button still leads to it.
    return {**_kept(_BATCH, _OUTCOME, _PAGE), _KARYOGRAM: identifier}
