"""Upload: what files will become is shown first, then they go in, and each refused one says why and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard.drawing import parts
from dashboard.session import links, services, state
from dashboard.upload import browser_files, sample
from dashboard.upload import options as upload_options
from dashboard.upload import preview as upload_preview
from dashboard.upload.options import Options
from dashboard.upload.reception import Reception, Tally
from dashboard.wording import times, words
from dashboard.wording import upload_words as said
from engine import people
from engine.errors import one_line
from engine.files.preview import preview
from engine.intake import receipts
from engine.intake.intake import IncomingFile
from engine.intake.quotas import QuotaError
from engine.people import Action, NotAllowedError
from engine.records import reports, store


@dataclass(frozen=True)
class _Parcel:
    """What is handed to the intake: the files, how many that are with those inside ZIPs, and what holds their bytes."""

    files: Sequence[IncomingFile]
    count: int
    held: Sequence[UploadedFile] = ()


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
    if batch_id is None and people.may(services.person(), Action.UPLOAD):
        _offer_sample(models[0])
    if people.may(services.person(), Action.UPLOAD):
        _form(models)
    else:
        st.info("Your role may look, but not upload.", icon=":material/lock:")


def _no_model() -> None:
    parts.empty_state(
        "No model is installed",
        f"The registry `{services.settings().registry}` holds no model, so nothing could be judged. "
        "Run `python -m models list` to see what is there and `python -m models train --help` to train one.",
    )


def _form(models: Sequence[str]) -> None:
    with st.container(border=True):
        held, folder = upload_options.choose_files()
        sent = browser_files.sent(held, folder=folder)
        options = upload_options.ask(models)
        planned = preview(sent.files, services.settings())
        if sent.files:
            upload_options.check_arrival(len(held), sent.size)
            upload_preview.render(sent, planned)
        label = words.on_primary("Start triage") if sent.files else "Start triage"
        if st.button(label, type="primary", disabled=not sent.files, icon=":material/play_arrow:"):
            _hand_off(options, _Parcel(sent.files, planned.sent, held))
        upload_options.commands(options)


@st.dialog("Receiving your files", dismissible=False)
def _hand_off(options: Options, parcel: _Parcel) -> None:
    """Watch how the files are received. The dialog keeps a second click from starting the upload again."""
    bar = st.progress(0.0)
    now = times.now()
    intake, count = services.intake(), len(parcel.files)
    try:
        batch = intake.open_batch(
            options.name, options.model, options.passes, now, priority=options.priority, sent=parcel.count
        )
    except (QuotaError, NotAllowedError) as error:
        state.break_off_upload(words.plain(str(error)))
        st.rerun()
    reception = Reception(intake, batch, parcel.files, now)
    for tally in reception.watch():
        bar.progress(max(0, tally.begun - 1) / count, text=_how_far(tally, count))
    if reception.error is None:
        state.start_new_upload()
        browser_files.give_back(parcel.held)
    else:
        state.break_off_upload(_broken_off(reception.error, reception.tally, count))
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
            receipt = receipts.receipt(session, batch)
            problems = reports.problems(session, batch_id)
    except store.NotFoundError:
        st.warning(words.on_warning("The batch in this address does not exist.", ":material/link_off:"))
        return
    with st.container(border=True):
        st.subheader(words.plain(batch.name))
        st.markdown(
            f"{parts.priority_mark(batch.priority)}{said.received(receipt)} · "
            f"model {words.plain(batch.model)} · {words.count(batch.passes, 'pass')}"
        )
        if receipt.lost:
            st.warning(words.on_warning(said.lost(receipt), ":material/running_with_errors:"))
        parts.refused_files(problems)
        if receipt.karyograms and not parts.live_strip(batch_id):
            st.success("Every karyogram of this batch is done.", icon=":material/task_alt:")
        if receipt.karyograms:
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
            options = Options(sample.BATCH_NAME, model, services.settings().default_passes)
            _hand_off(options, _Parcel(files, len(files)))


if __name__ == "__main__":
    render()
