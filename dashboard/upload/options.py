"""The upload form: which files, how they shall be judged, and what there is for more than a browser can carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard.session import services, state
from dashboard.wording import times, words
from dashboard.wording import upload_words as said
from engine.vocabulary import Priority

# What one upload of a browser can carry: above about this number it becomes slow and may lose files without a word,
# and everything is held in memory until it is taken in.
FILES_AT_ONCE = 1000
BYTES_AT_ONCE = 1_000_000_000
_COUNT_ASKED_FROM = 50  # so many are quickly counted in the list
_PASSES = (50, 100, 200, 500, 1000)
_FILES, _FOLDER = "Files or ZIPs", "A folder"


@dataclass(frozen=True)
class Options:
    """How a batch is called and how it shall be judged."""

    name: str
    model: str
    passes: int
    priority: Priority = Priority.ROUTINE


def choose_files() -> tuple[list[UploadedFile], bool]:
    """Let files or a folder be chosen; gives what has arrived, and whether it is a folder."""
    kind = st.segmented_control(
        "What do you want to send?", [_FILES, _FOLDER], default=_FILES, required=True, key=state.upload_key("kind")
    )
    folder = kind == _FOLDER
    files = st.file_uploader(
        "A folder of karyograms: choose it" if folder else "Karyograms: drop them here, or choose them",
        accept_multiple_files="directory" if folder else True,
        key=state.upload_key(state.UPLOADERS[folder]),
        help="PNG, JPEG, BMP or TIFF (8 or 16 bit, several pages allowed), or ZIP files of these. Of a folder, all "
        "folders in it included, these are taken and the rest is left alone. A manifest.csv (file, case_id, cell) can "
        "name the cases.",
    )
    st.caption(
        f"At most {FILES_AT_ONCE:,} files and {said.size(BYTES_AT_ONCE)} at once. A ZIP counts as one file and is the "
        "quickest way. For more, see **Larger batches** below."
    )
    return files, folder


def ask(models: Sequence[str]) -> Options:
    """Ask for the batch name, the model, the number of passes and the priority."""
    proposal = f"Batch of {times.local_time(times.now(), times.reader_zone())}"
    first, second, third, fourth = st.columns([3, 2, 1.3, 2])
    name = first.text_input("Batch name", placeholder=proposal, max_chars=120, key=state.upload_key("name"))
    model = second.selectbox("Model", models)
    default = services.settings().default_passes
    passes = third.selectbox(
        "Passes",
        sorted({*_PASSES, default}),
        index=sorted({*_PASSES, default}).index(default),
        help="How many sub-networks judge each karyogram. More passes make the measures finer and cost almost no time.",
    )
    priority = fourth.segmented_control(
        "Priority",
        list(Priority),
        format_func=said.PRIORITIES.__getitem__,
        default=Priority.ROUTINE,
        required=True,
        key=state.upload_key("priority"),
        help=said.PRIORITY_HELP,
    )
    return Options(name.strip() or proposal, model, passes, priority)


def check_arrival(count: int, size: int) -> None:
    """Say when there is more than a browser can carry, and compare with what somebody chose."""
    if count > FILES_AT_ONCE or size > BYTES_AT_ONCE:
        st.warning(
            words.on_warning(
                f"**More than a browser can carry for sure:** {count:,} files, {said.size(size)}. Some may have been "
                "lost on the way. Count them here, or send one ZIP or the folder command (**Larger batches** below) "
                "instead."
            )
        )
    if count < _COUNT_ASKED_FROM:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.number_input(
            "How many files did you choose?",
            min_value=1,
            value=None,
            placeholder="optional",
            width=240,
            key=state.upload_key("chosen"),
            help="Your file manager says it when all are selected. A browser does not tell when it loses a file.",
        )
        complete, text = said.arrived(count, chosen)
        if chosen is None:
            st.caption(f"{count:,} files have arrived in this form.")
        elif complete:
            st.success(text, icon=":material/task_alt:")
        else:
            st.error(text, icon=":material/report:")


def commands(options: Options) -> None:
    """Show the commands for what is more than a browser can carry, with the wishes of the form."""
    with st.expander("Larger batches, and microscopes that save into a folder", icon=":material/terminal:"):
        st.markdown("Any number of files, on the computer where Karyotriage runs. Hand in a folder as one batch:")
        st.code(said.submit_command(options.name, options.model, options.passes, options.priority), language="sh")
        st.markdown("Take in whatever a microscope saves into a folder, as soon as it is saved, one batch a day:")
        st.code(said.watch_command(options.model, options.passes, options.priority), language="sh")
