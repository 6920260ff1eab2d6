"""Model comparison: every run of the experiments, the chosen ones in all charts, what leakage is worth, the search."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.comparison import (
    addresses,
    cards,
    charts_view,
    filters,
    judging,
    leakage_view,
    looks,
    measured,
    runs,
    runs_table,
    search_view,
    selection,
)
from dashboard.comparison.runs import Run
from dashboard.drawing import parts
from dashboard.session import services
from dashboard.wording import words
from models.experiments.figures import Column

_COMPARED, _LEAKAGE, _SEARCH = "Runs", "What leakage is worth", "Search for hyper-parameters"


def render() -> None:
    """Draw the page."""
    st.title("Model comparison")
    loaded = runs.load(services.settings().experiments)
    for problem in loaded.problems:
        st.warning(words.on_warning(f"A record cannot be read: {words.plain(problem)}"))
    if not loaded.runs:
        _nothing()
        return
    st.caption(
        f"{words.count(len(loaded.runs), 'run')} of the experiments of the thesis. All figures are those of the test "
        "set, with 95 % intervals by case; sensitivity leads."
    )
    by = judging.ask()
    compared, leakage, search = st.tabs(
        [_COMPARED, _LEAKAGE, _SEARCH], key="show", on_change="rerun", bind="query-params"
    )
    if compared.open:
        with compared:
            _compare(loaded.runs, by)
    if leakage.open:
        with leakage:
            leakage_view.draw(loaded.runs, by)
    if search.open:
        with search:
            search_view.draw(loaded.runs)


def _nothing() -> None:
    parts.empty_state(
        "No run yet",
        "Here stand the experiments of the thesis, reproduced and put right, with all their figures and curves. "
        "`python -m models experiment --all` runs them, in up to two hours on two processor cores. A run appears here "
        "as soon as it is done.",
    )


def _compare(found: Sequence[Run], by: Column) -> None:
    """Draw the table, and below it everything of the runs that are chosen there, judged ``by`` a column."""
    names = [run.name for run in found]
    asked = addresses.runs(looks.PLACES)
    places = selection.known(runs.opening(found) if asked is None else asked, names)
    figures = measured.of(found, by)
    shown = filters.ask(found)
    if shown:
        runs_table.draw(shown, figures, places)
    else:
        st.info("No run is left by this filter.", icon=":material/filter_alt_off:")
    chosen = runs.chosen(found, places)
    if not chosen:
        st.info(f"Choose up to {looks.PLACES} runs by clicking their rows.", icon=":material/touch_app:")
        return
    cards.draw(chosen, figures, places)
    charts_view.draw(chosen, by)


if __name__ == "__main__":
    render()
