"""What an upload will become, drawn before it is submitted: its cases and cells, and what a person should look at."""

from __future__ import annotations

from itertools import groupby

import pandas as pd
import streamlit as st

from dashboard.drawing import parts
from dashboard.upload.browser_files import Sent
from dashboard.wording import upload_words, words
from engine.files.preview import Preview

_ROW, _HEAD, _ROWS_SHOWN = 35, 36, 8
_LINES_SHOWN = 5
_DOUBTS_WITHOUT_SCROLLING = 3
_PANEL_HEIGHT = 390  # as high as the table beside it with its tabs


def render(sent: Sent, preview: Preview) -> None:
    """Draw the preview of what lies in the form."""
    st.markdown(_summary(sent, preview))
    if preview.problems:
        parts.refused_files(preview.problems, refused="will not be taken as it is")
    if not preview.files:
        return
    if not preview.doubts:
        _tables(preview)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _tables(preview)
    with right:
        _doubts(preview)


def _tables(preview: Preview) -> None:
    by_case, by_file = st.tabs([f"Cases ({len(preview.cases):,})", f"Files ({len(preview.files):,})"])
    with by_case:
        _table(cases(preview), "Cases of this upload")
    with by_file:
        _table(files(preview), "Files of this upload")
    st.caption("A file with several pages becomes one cell a page: 2-1, 2-2 and so on.")


def _summary(sent: Sent, preview: Preview) -> str:
    counted = [
        f"**{words.count(preview.sent, 'file')}**",
        f"**{words.count(len(preview.cases), 'case')}**",
        upload_words.size(sent.size),
    ]
    text = " · ".join(counted)
    if sent.left_aside:
        text += f"  \n:gray[Left alone, no pictures: {upload_words.some_plain(sent.left_aside)}]"
    return text


def _doubts(preview: Preview) -> None:
    """List what is in doubt, what weighs most first; a long list is scrolled, so that the form stays in sight."""
    long = len(preview.doubts) > _DOUBTS_WITHOUT_SCROLLING
    with st.container(border=True, height=_PANEL_HEIGHT if long else "content", gap="small"):
        st.markdown(":orange[:material/warning:] **Please look at this before you start**")
        for kind, some in groupby(preview.doubts, key=lambda doubt: doubt.kind):
            doubts, said = list(some), upload_words.DOUBTS[kind]
            lines = [upload_words.doubt_line(doubt) for doubt in doubts[:_LINES_SHOWN]]
            if len(doubts) > _LINES_SHOWN:
                lines.append(f"and {len(doubts) - _LINES_SHOWN:,} more")
            listed = "\n".join(f"- {line}" for line in lines)
            with st.container(gap="xxsmall"):
                st.markdown(f"{said.icon} {said.heading}\n{listed}")
                st.caption(said.meaning)


def cases(preview: Preview) -> pd.DataFrame:
    """The cases, one row each: name, cells in short, number of files, and who told."""
    rows = [
        (
            case,
            upload_words.cells([file.cell.cell for file in some]),
            len(some),
            ", ".join(dict.fromkeys(upload_words.TOLD_BY[file.told_by] for file in some)),
        )
        for case, some in preview.cases.items()
    ]
    return pd.DataFrame(rows, columns=["case", "cells", "files", "told_by"])


def files(preview: Preview) -> pd.DataFrame:
    """The files, one row each: name, case, cell, and who told."""
    rows = [(file.name, file.cell.case, file.cell.cell, upload_words.TOLD_BY[file.told_by]) for file in preview.files]
    return pd.DataFrame(rows, columns=["file", "case", "cell", "told_by"])


_COLUMNS = {
    "case": st.column_config.TextColumn("Case"),
    "cells": st.column_config.TextColumn("Cells"),
    "files": st.column_config.NumberColumn("Files", width="small"),
    "told_by": st.column_config.TextColumn("Told by"),
    "file": st.column_config.TextColumn("File", width="large"),
    "cell": st.column_config.TextColumn("Cell", width="small"),
}


def _table(frame: pd.DataFrame, name: str) -> None:
    height = _HEAD + _ROW * min(len(frame), _ROWS_SHOWN) + 2
    st.dataframe(frame, hide_index=True, height=height, column_config=_COLUMNS, alt=name)
