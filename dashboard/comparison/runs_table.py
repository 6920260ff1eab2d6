"""The table of all runs: sensitivity first, with its interval, beside what the thesis printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.comparison import addresses, drawing, filters, glyphs, looks, measured, origins, selection
from dashboard.comparison.measured import Figures
from dashboard.comparison.runs import Run
from dashboard.comparison.selection import Places
from dashboard.session import state

TABLE = "runs"  # its key
_ROW_HEIGHT = 38
_ROWS_SHOWN = 10
_SHOWN = {"sensitivity": "recall", "auc": "auc", "precision": "precision", "accuracy": "accuracy"}
"""Our figures that the thesis printed too, with its word for each; accuracy comes last and never leads."""


def frame(runs: Sequence[Run], figures: Mapping[str, Figures], places: Places) -> pd.DataFrame:
    """The table, one row a run in the order of ``runs``; see ``_COLUMNS`` for what the columns say."""
    return pd.DataFrame([_row(run, figures[run.name], places) for run in runs], columns=list(_COLUMNS))


def _row(run: Run, found: Figures, places: Places) -> dict[str, object]:
    told, configuration, printed = run.record, run.record.configuration, run.record.printed
    lead = found["sensitivity"]
    ours = {name: measured.text(found[name]) for name in _SHOWN}
    if measured.tells_nothing(found):
        ours["auc"] = drawing.TELLS_NOTHING
    theirs = {f"thesis_{name}": getattr(printed, word) if printed else None for name, word in _SHOWN.items()}
    return {
        "symbol": looks.symbol(places.index(run.name) if run.name in places else None),
        "title": drawing.capital(told.title),
        "interval": glyphs.interval(lead.value, lead.low, lead.high, printed.recall if printed else None),
        **ours,
        **theirs,
        "specificity": measured.text(found["specificity"]),
        "edition": drawing.capital(origins.of(told).brief),
        "split": filters.said(told.split),
        "network": filters.said(configuration.network),
        "start": filters.said(configuration.start),
        "trained": filters.said(configuration.trained),
        "test": f"{told.sizes.test.abnormal} + {told.sizes.test.normal}",
        "minutes": told.seconds / 60,
    }


def draw(runs: Sequence[Run], figures: Mapping[str, Figures], places: Places) -> None:
    """Draw the table with the chosen runs ticked."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.caption(
            f"Click rows to compare up to {looks.PLACES} runs. Dot and bar: ours with its 95 % interval. Hollow "
            "diamond: the thesis.",
            width="content",
        )
        view = _ask_columns()
    names = [run.name for run in runs]
    state.tick(TABLE, [names.index(name) for name in places if name in names])
    st.dataframe(
        frame(runs, figures, places),
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=_ROW_HEIGHT * min(len(runs), _ROWS_SHOWN) + 40,
        placeholder="-",
        key=TABLE,
        on_select=lambda: _clicked(names, places),
        selection_mode=["multi-row", "single-cell"],
        column_order=_VIEWS[view],
        column_config=_COLUMNS,
        alt="All runs, with sensitivity first",
    )


def _ask_columns() -> str:
    """Ask which of ``_VIEWS`` to show."""
    chosen = st.segmented_control(
        "Columns",
        list(_VIEWS),
        default=_LEADING,
        required=True,
        key="columns",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen or _LEADING


def _clicked(names: Sequence[str], places: Places) -> None:
    """Take a click into the address, from which the page is drawn anew."""
    clicks = state.clicks(TABLE)
    clicked = None if clicks.clicked is None else names[clicks.clicked]
    after = selection.after_click(places, names, [names[row] for row in clicks.ticked], clicked)
    wanted = {names[row] for row in clicks.ticked} | ({clicked} if clicked and clicked not in places else set())
    if not wanted <= set(after):
        st.toast(f"{looks.PLACES} runs at most: take one out first.", icon=":material/info:")
    addresses.remember_runs(after)


_AUC = "Area under the ROC curve, with its 95 % interval; none where every picture has the same probability."
_DATA = "Recombined: a page laid out anew from single real chromosomes."
_COLUMNS = {
    "symbol": st.column_config.ImageColumn("", width=54, help="How a chosen run is drawn."),
    "title": st.column_config.TextColumn("Run", width=252),
    "edition": st.column_config.TextColumn("Data", width=152, help=_DATA),
    "split": st.column_config.TextColumn("Split", width=90),
    "start": st.column_config.TextColumn("Weights", width=84, help="Starting weights."),
    "sensitivity": st.column_config.TextColumn(
        "Sensitivity",
        width=106,
        help="Share of the abnormal karyograms that are found, with its 95 % interval by case.",
    ),
    "thesis_sensitivity": st.column_config.NumberColumn("Thesis", width=58, format="%.2f", help="Recall, as printed."),
    "interval": st.column_config.ImageColumn(
        "Sensitivity, 0 to 1", width=130, help="Dot and bar: ours with its interval. Hollow diamond: the thesis."
    ),
    "auc": st.column_config.TextColumn("AUC", width=106, help=_AUC),
    "thesis_auc": st.column_config.NumberColumn("Thesis", width=58, format="%.2f", help="AUC, as printed."),
    "precision": st.column_config.TextColumn(
        "Precision", width=106, help="Share of the abnormal among those called so, in this test set."
    ),
    "thesis_precision": st.column_config.NumberColumn("Thesis", width=58, format="%.2f", help="As printed."),
    "specificity": st.column_config.TextColumn(
        "Specificity", width=106, help="Share of the normal karyograms that raise no false alarm."
    ),
    "accuracy": st.column_config.TextColumn("Accuracy", width=106, help="It hides missed cases: read it last."),
    "thesis_accuracy": st.column_config.NumberColumn("Thesis", width=58, format="%.2f", help="As printed."),
    "network": st.column_config.TextColumn("Network", width=120),
    "trained": st.column_config.TextColumn("Trained", width=90),
    "test": st.column_config.TextColumn("Test set", width=80, help="Abnormal + normal karyograms."),
    "minutes": st.column_config.NumberColumn("Minutes", width=70, format="%.1f", help="How long the run took."),
}

_RUN: Final = ("symbol", "title", "edition", "split", "start")
_LEADING: Final = "Sensitivity and AUC"
_VIEWS: Final = {
    _LEADING: (*_RUN, "sensitivity", "thesis_sensitivity", "interval", "auc", "thesis_auc"),
    "Other figures": (*_RUN, "precision", "thesis_precision", "specificity", "accuracy", "thesis_accuracy"),
    "How it was made": (*_RUN, "network", "trained", "test", "minutes"),
    "All": tuple(_COLUMNS),
}
"""The columns by what somebody looks for. All but the last fit into a window of 1280 pixels without scrolling."""
