"""Putting known cases among the others: which pictures, what they show, how many, and where they go."""

from __future__ import annotations

from collections.abc import Sequence
from random import SystemRandom

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard.drawing import parts
from dashboard.known_cases import frames
from dashboard.session import services, state
from dashboard.upload import sample
from dashboard.wording import times, words
from dashboard.wording.review_words import CALLS
from engine.files.cases import ManifestError
from engine.known_cases import known_answers, seeding
from engine.known_cases.known_answers import Answer, KnownPicture
from engine.known_cases.seeding import FEWEST_CASES, Prepared, SeedingError
from engine.names import PICTURE_SUFFIXES
from engine.reviewing import reading_list
from engine.vocabulary import Batch

_OWN, _SAMPLES = "Own pictures", "Simulated samples"
_BATCHES = 50
_EDITED = {
    "file": st.column_config.TextColumn("File", disabled=True, width=220),
    "case": st.column_config.TextColumn("Case", required=True, help="Cells of one case go into a batch together."),
    "cell": st.column_config.TextColumn("Cell", required=True, width=60),
    "answer": st.column_config.SelectboxColumn(
        "Known answer", options=[CALLS[call].label for call in known_answers.CALLS], width=130
    ),
    "karyotype": st.column_config.TextColumn("Karyotype (ISCN)", help="If it is known.", width=200),
}
_HOW = (
    f"In its batch a known case is called like the others there; a batch needs at least {FEWEST_CASES} cases to get "
    "one. In a batch that is judged already the time of the verdict can give it away: batches that are still to come "
    "are better."
)


def render() -> None:
    """Draw the form."""
    with st.expander("Put known cases among the others", icon=":material/theater_comedy:"):
        source = st.segmented_control(
            "Which pictures?", [_OWN, _SAMPLES], default=_OWN, required=True, key="known_from"
        )
        pictures = _own() if source == _OWN else _samples()
        if pictures:
            _ask(pictures)


def _samples() -> list[KnownPicture]:
    """The simulated karyograms that ship with the project, those that were not handed in before."""
    with services.session() as session:
        pictures = seeding.fresh(session, sample.known())
    if not pictures:
        st.caption("All of them were handed in before. `python -m models simulate` draws more, with their answers.")
        return []
    st.caption(
        f"{words.count(len(pictures), 'simulated karyogram')} with their answers; no patient stands behind them."
    )
    shown = frames.answers({picture.file_name: picture.answer for picture in pictures}, {})
    st.dataframe(
        shown, hide_index=True, column_config=_EDITED, height=220, alt="Simulated karyograms with their answers"
    )
    return pictures


def _own() -> list[KnownPicture]:
    """Pictures that a supervisor chooses, with a table of answers or one filled in here."""
    files = st.file_uploader(
        "Pictures and, if there is one, their table of answers",
        accept_multiple_files=True,
        type=[*(suffix.removeprefix(".") for suffix in PICTURE_SUFFIXES), "csv"],
        key=state.upload_key("known_files"),
        help="The table is a CSV file with the columns file, label (normal or abnormal) and, if wanted, case_id, cell "
        "and karyotype.",
    )
    tables, pictures = ([one for one in files if one.name.lower().endswith(".csv") is csv] for csv in (True, False))
    answers = _answers(tables)
    if not pictures:
        return []
    known = {one.name: answers.get(known_answers.key(one.name)) for one in pictures}
    pattern = services.settings().case_pattern
    cells = {name: known_answers.cell_of(name, pattern) for name in known}
    edited = st.data_editor(
        frames.answers(known, cells), hide_index=True, column_config=_EDITED, key=state.upload_key("known_answers")
    )
    complete = frames.completed(edited)
    without = len(known) - len(complete)
    if without:
        st.caption(f":material/info: {words.count(without, 'picture')} without a known answer: left aside.")
    return [KnownPicture(one.name, one.getvalue(), complete[one.name]) for one in pictures if one.name in complete]


def _answers(tables: Sequence[UploadedFile]) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for table in tables:
        try:
            found |= known_answers.read(table.getvalue())
        except ManifestError as error:
            st.error(f"{words.plain(table.name)}: {words.plain(str(error))}", icon=":material/report:")
    return found


def _ask(pictures: Sequence[KnownPicture]) -> None:
    cases = len({picture.answer.case for picture in pictures})
    with services.session() as session:
        batches = reading_list.batches(session, _BATCHES, only_open=True)
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    number = left.number_input(f"How many of the {words.count(cases, 'case')}", 1, cases, cases, key=f"known_{cases}")
    batch = right.selectbox("Where", [None, *batches], format_func=_where, key="known_where", help=_HOW)
    if st.button(words.on_primary("Put them in"), type="primary", icon=":material/shuffle:"):
        _put_in(known_answers.draw(pictures, int(number), SystemRandom()), batch)


def _where(batch: Batch | None) -> str:
    if batch is None:
        return "Spread over the next batches, one case each"
    return f"Now, into {batch.name} ({times.local_time(batch.created_at, times.reader_zone())})"


def _put_in(pictures: Sequence[KnownPicture], batch: Batch | None) -> None:
    person, now = services.person(), times.now()
    with services.session() as session:
        prepared = seeding.prepare(session, person, pictures, services.limits(), now)
        try:
            if batch is None:
                session.commit()
            else:
                cases = prepared.known_cases
                seeding.put_in(session, services.stream(), person, cases, batch_id=batch.id, now=now)
        except SeedingError as error:
            st.error(str(error), icon=":material/report:")
            return
    _tell(prepared, batch)


def _tell(prepared: Prepared, batch: Batch | None) -> None:
    """Say what became of it; what was refused stays on the page, until something else is done there."""
    cases = words.count(len(prepared.known_cases), "known case")
    where = "each of the next batches gets one" if batch is None else f"now in {words.plain(batch.name)}"
    if prepared.known_cases:
        st.toast(f"{cases}: {where}. Readers are not told.", icon=":material/task_alt:")
    if prepared.problems:
        parts.refused_files(prepared.problems, "could not be used")
        return
    state.start_new_upload()
    st.rerun()


def withdraw() -> None:
    """Offer to take back what no batch has yet."""
    if st.button("Take back those that wait", icon=":material/undo:", type="tertiary"):
        with services.session() as session:
            seeding.withdraw(session, services.person(), times.now())
            session.commit()
        st.rerun()
