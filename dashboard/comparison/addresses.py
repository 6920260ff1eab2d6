"""What the address of the page says of runs: which are listed, and which are compared."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.session import links

_RUN = "run"  # with a number from 1: a run in this place
_NO_RUN = "none"  # in the first place: nothing is compared, and that is what somebody wants


def filter_of_runs(name: str) -> list[str]:
    """What the address asks for of the column ``name`` of the table of runs; empty for all."""
    return st.query_params.get_all(name)


def remember_filter_of_runs(name: str, values: Sequence[str]) -> None:
    """Put a filter of the table of runs into the address."""
    links.put(name, list(values))


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
        links.put(f"{_RUN}{place}", [name] if name else [])
