"""The wrongly predicted cases of one run, as in tables 4.1 and 4.2 of the thesis, each with its picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.comparison import drawing, frames, measured, one_run, origins, paintings
from dashboard.comparison.runs import Chosen, Run
from dashboard.wording import words
from models.experiments.figures import Figure

_ROW_HEIGHT = 36
_ROWS_SHOWN = 9


def draw(chosen: Sequence[Chosen]) -> None:
    """Draw the cases of one of the runs, which can be chosen where there are several."""
    st.caption(
        "Wrongly predicted by the passes together, as in tables 4.1 and 4.2 of the thesis, whatever the figures are "
        "judged by. Missed abnormal ones stand first."
    )
    run = one_run.ask(chosen)
    _summary(run)
    frame = frames.wrong(run.record)
    if frame.empty:
        st.caption(":material/check: No case of the test set is predicted wrongly.")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        picked = _table(run, frame)
    with right:
        _picture(run.run, frame, picked)


def _summary(run: Chosen) -> None:
    """Say what agreement is worth in this run: how sure the right ones are, and what the 80 % rule sends to people."""
    said = run.record.predictions
    doubts = measured.doubts(run.run)
    sure, sent, caught = (_told(doubts[name]) for name in ("surely_right", "deferred", "deferred_abnormal"))
    st.markdown(
        f"{drawing.capital(origins.of(run.record).line)}; {words.count(len(said.file), 'picture')} in the "
        f"test set. **{sure}** of the right predictions agree by more than 98 %. The 80 % rule sends "
        f"**{sent}** of all to people, and **{caught}** of the abnormal ones."
    )


def _told(share: Figure) -> str:
    if math.isnan(share.value):
        return "none"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f} %)"


def _table(run: Chosen, frame: pd.DataFrame) -> int | None:
    """Draw the table; the number of the row that was clicked."""
    shown = frame.assign(agreement=100 * frame["agreement"])
    event = st.dataframe(
        shown,
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=_ROW_HEIGHT * min(len(frame), _ROWS_SHOWN) + 40,
        key=f"wrong_{run.run.name}",
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_COLUMNS,
        column_order=list(_COLUMNS),
        alt=f"Wrongly predicted cases of run {run.look.letter}",
    )
    return event.selection.cells[0][0] if event.selection.cells else None


_COLUMNS = {
    "actual": st.column_config.TextColumn("Actual label", width=88),
    "predicted": st.column_config.TextColumn("Predicted label", width=104),
    "mean": st.column_config.NumberColumn("Mean probability", format="%.3f", width=122, help="Of abnormal."),
    "agreement": st.column_config.NumberColumn("Pass agreement", format="%.0f %%", width=112),
    "case": st.column_config.TextColumn("Case", width=104),
    "file": st.column_config.TextColumn("File", width=130),
}


def _picture(run: Run, frame: pd.DataFrame, picked: int | None) -> None:
    """Draw the picture of the row that was clicked."""
    if run.record.edition != "simulated":
        st.info(
            "Real karyograms, and pages recombined from them, are not part of the project, so their pictures are not "
            "shown.",
            icon=":material/lock:",
        )
        return
    if picked is None or picked >= len(frame):
        st.info("Click a row to see its karyogram.", icon=":material/touch_app:")
        return
    row = frame.iloc[picked]
    try:
        picture = paintings.picture(run, str(row["file"]))
    except ValueError as error:
        st.error(f"The picture cannot be drawn again: {words.plain(str(error))}", icon=":material/broken_image:")
        return
    with st.container(border=True):
        st.image(picture, width="stretch", alt=f"Simulated karyogram {row['file']}")
        st.caption(
            f"Simulated karyogram {words.plain(str(row['file']))} · {row['actual']}, predicted {row['predicted']} · "
            "drawn again from its seed"
        )
