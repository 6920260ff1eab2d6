"""Upload: files go in, each refused one says why at once, and the batch starts to move."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import links, parts, sample, services, state, times, words
from dashboard.reception import Reception, Tally
from engine import reports, store
from engine.errors import one_line
from engine.intake import IncomingFile

_UPLOADER_LIMIT = 1000  # above about this number the uploader of the browser stops without a word
_PASSES = (50, 100, 200, 500, 1000)


def render() -> None:
    """Draw the page."""
    st.title("Upload")
    broken_off = state.broken_off_upload()
    if broken_off:
        st.error(broken_off, icon=":material/report:")
    batch_id = links.batch_id()
    if batch_id:
        _receipt(batch_id)
    models = services.model_names()
    if not models:
        _no_model()
        return
    if batch_id is None:
        _offer_sample(models[0])
    _form(models)


def _no_model() -> None:
    parts.empty_state(
        "No model is installed",
        f"The registry `{services.settings().registry}` holds no model, so nothing could be judged. "
        "Run `python -m models list` to see what is there and `python -m models train --help` to train one.",
    )


def _form(models: Sequence[str]) -> None:
    with st.container(border=True):
        files = st.file_uploader(
            "Karyograms",
            accept_multiple_files=True,
            key=state.upload_key("files"),
            help="PNG, JPEG, BMP or TIFF (8 or 16 bit, several pages allowed), or ZIP files of these. "
            "A manifest.csv (file, case_id, cell) can name the cases.",
        )
        st.caption(
            f"Pictures or ZIP files, up to {_UPLOADER_LIMIT:,} files at once. For more, send one ZIP file, or run "
            "`python -m engine submit FOLDER` on the server."
        )
        name, model, passes = _options(models)
        if st.button("Start triage", type="primary", disabled=not files, icon=":material/play_arrow:"):
            _hand_off(name, model, passes, [IncomingFile(name=file.name, data=file) for file in files])


def _options(models: Sequence[str]) -> tuple[str, str, int]:
    """Ask for the batch name, the model and the number of passes."""
    now = times.now()
    proposal = f"Batch of {times.local_time(now, times.reader_zone())}"
    left, middle, right = st.columns([2, 1, 1])
    name = left.text_input("Batch name", placeholder=proposal, max_chars=120, key=state.upload_key("name"))
    model = middle.selectbox("Model", models)
    default = services.settings().default_passes
    passes = right.selectbox(
        "Passes",
        sorted({*_PASSES, default}),
        index=sorted({*_PASSES, default}).index(default),
        help="How many sub-networks judge each karyogram. More passes make the measures finer and cost almost no time.",
    )
    return name.strip() or proposal, model, passes


@st.dialog("Receiving your files", dismissible=False)
def _hand_off(name: str, model: str, passes: int, files: Sequence[IncomingFile]) -> None:
    """Watch how the files are received. The dialog keeps a second click from starting the upload again."""
    bar = st.progress(0.0)
    now = times.now()
    intake = services.intake()
    batch = intake.open_batch(name, model, passes, now)
    reception = Reception(intake, batch, files, now)
    for tally in reception.watch():
        bar.progress(max(0, tally.begun - 1) / len(files), text=_how_far(tally, len(files)))
    if reception.error is None:
        state.start_new_upload()
    else:
        state.break_off_upload(_broken_off(reception.error, reception.tally, len(files)))
    links.remember_batch(batch.id)
    st.rerun()


def _how_far(tally: Tally, files: int) -> str:
    text = f"File {tally.begun:,} of {files:,} · {words.count(tally.accepted, 'karyogram')} received"
    return f"{text} · {tally.refused:,} refused" if tally.refused else text


def _broken_off(error: Exception, tally: Tally, files: int) -> str:
    """What a page says of an upload that an error has cut short; the files stay in the form."""
    return (
        f"The upload broke off at file {tally.begun:,} of {files:,}: "
        f"{words.plain(one_line(error))}. What was received is kept. Start triage again to "
        "send the rest: what is there already will be refused as a duplicate."
    )


def _receipt(batch_id: str) -> None:
    """Show what became of the last upload; read from the record store, so a reload shows the same."""
    try:
        with services.session() as session:
            batch = store.batch(session, batch_id)
            problems = reports.problems(session, batch_id)
            progress = reports.progress(session, batch_id, times.now())
    except store.NotFoundError:
        st.warning("The batch in this address does not exist.", icon=":material/link_off:")
        return
    with st.container(border=True):
        st.subheader(words.plain(batch.name))
        total = progress.accepted + progress.refused
        st.markdown(
            f"Received **{progress.accepted:,} of {total:,}** · "
            f"model {words.plain(batch.model)} · {words.count(batch.passes, 'pass')}"
        )
        parts.refused_files(problems)
        if progress.accepted and not parts.live_strip(batch_id):
            st.success("Every karyogram of this batch is done.", icon=":material/task_alt:")
        if progress.accepted:
            links.to_batch(batch_id, "Open the batch and its verdicts", icon=":material/arrow_forward:")


def _offer_sample(model: str) -> None:
    """On an empty system, offer a first look without any picture of one's own."""
    with services.session() as session:
        if reports.count_batches(session):
            return
    files = sample.files()
    if not files:
        return
    with st.container(border=True):
        st.subheader("Welcome to Karyotriage")
        st.markdown(
            "Drop a batch of karyograms below. Each one gets a verdict with its uncertainty, and those screened "
            "normal come last on your reading list. No pictures at hand? Try a few simulated ones."
        )
        if st.button("Try the sample batch", icon=":material/science:"):
            _hand_off(sample.BATCH_NAME, model, services.settings().default_passes, files)


if __name__ == "__main__":
    render()
