"""Parts that several pages share: the brand, the notice, outcome badges, refused files, and the live strip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.drawing import frames
from dashboard.session import links, services
from dashboard.wording import times, words
from engine.intake import duplicates
from engine.records import reports
from engine.records.reports import Progress
from engine.vocabulary import FileProblem, Priority
from models.judging.triage import TriageOutcome

_BRAND = Path(__file__).parent / "brand"
MARK = _BRAND / "mark.svg"

LIVE_SECONDS = 1.0
_PROBLEMS_WITHOUT_SCROLLING = 8
_PROBLEMS_SHOWN = 500


def logo() -> None:
    """Draw the brand in the corner, in the version for the reader's theme."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    st.logo(_BRAND / f"logo_{theme}.svg", size="large")


def heading() -> DeltaGenerator:
    """Say above every page what the system may be used for; the line that is returned has room beside it."""
    line = st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center")
    line.caption(f":material/science: {words.RESEARCH_USE}", width="stretch")
    return line


def stop_if_broken() -> None:
    """Where nothing can work, say so in one line instead of drawing a page that fails."""
    problem = services.problem()
    if problem:
        st.title("Karyotriage cannot start")
        st.error(words.plain(problem), icon=":material/cloud_off:")
        st.markdown("Correct this where the dashboard was started, then reload the page.")
        st.stop()


def empty_state(title: str, text: str) -> None:
    """Say that there is nothing here yet and what to do about it."""
    with st.container(border=True):
        st.subheader(title)
        st.markdown(text)


def outcome_badge(outcome: TriageOutcome | None) -> None:
    """Draw an outcome as icon, word and colour."""
    shown = words.outcome_words(outcome)
    st.badge(shown.label, icon=shown.icon, color=shown.colour)


def outcome_counts(by_outcome: Mapping[TriageOutcome, int], waiting: int) -> None:
    """Draw the number of karyograms of each outcome as cards; abnormal leads."""
    with st.grid(columns=6, min_column_width=176, gap="xsmall"):
        for outcome, shown in words.OUTCOMES.items():
            st.metric(shown.short, by_outcome.get(outcome, 0), icon=shown.icon, help=shown.meaning, border=True)
        st.metric("Waiting", waiting, icon=words.WAITING.icon, help=words.WAITING.meaning, border=True)


def outcome_line(by_outcome: Mapping[TriageOutcome, int], waiting: int) -> str:
    """The same counts as one line of Markdown badges; outcomes that did not occur are left out."""
    counted = [(shown, by_outcome.get(outcome, 0)) for outcome, shown in words.OUTCOMES.items()]
    badges = [
        f":{shown.colour}-badge[{shown.icon} {number:,} {shown.short.lower()}]"
        for shown, number in [*counted, (words.WAITING, waiting)]
        if number
    ]
    return " ".join(badges)


def priority_mark(priority: Priority) -> str:
    """The badge of an urgent batch as Markdown, with a blank behind it; nothing for a routine one."""
    return ":primary-badge[:material/bolt: Urgent] " if priority is Priority.URGENT else ""


def refused_files(problems: Sequence[FileProblem], refused: str = "could not be taken") -> None:
    """List the files that were refused, with what to do; a duplicate leads to the earlier one and tells its outcome."""
    if not problems:
        return
    with services.session() as session:
        earlier = duplicates.earlier(session, {one.duplicate_of for one in problems if one.duplicate_of})
    st.warning(words.on_warning(f"{words.count(len(problems), 'file')} {refused}."))
    few = len(problems) <= _PROBLEMS_WITHOUT_SCROLLING
    st.table(
        frames.problems(problems[:_PROBLEMS_SHOWN], earlier),
        border="horizontal",
        hide_index=True,
        height="content" if few else 400,
        alt="Files that could not be taken",
    )
    if len(problems) > _PROBLEMS_SHOWN:
        st.caption(f"And {len(problems) - _PROBLEMS_SHOWN:,} more.")


def live_strip(batch_id: str) -> bool:
    """Show how far a batch is, moving by itself while it is live.

    Returns:
        Whether the batch is still live.
    """
    live = not _progress(batch_id).finished
    # the place stays when the strip goes: else everything below would move up, and for a moment be there twice
    with st.container():
        if live:
            st.fragment(_moving_strip, run_every=LIVE_SECONDS)(batch_id)
    return live


def _moving_strip(batch_id: str) -> None:
    progress = _progress(batch_id)
    if progress.finished:
        st.rerun()
    st.progress(done(progress) / max(progress.accepted, 1), text=progress_text(progress))
    alive = services.engines_alive()
    if not alive:
        _nobody_works(unreachable=alive is None)


def _nobody_works(*, unreachable: bool) -> None:
    reason = "Redis cannot be reached" if unreachable else "No engine is running"
    st.info(
        f"{reason}. The karyograms are stored safely and will be judged as soon as one is there.",
        icon=":material/pause_circle:",
    )
    links.to_page(links.SYSTEM, "Look at the system", icon=":material/monitor_heart:")


def _progress(batch_id: str) -> Progress:
    with services.session() as session:
        return reports.progress(session, batch_id, times.now())


def done(progress: Progress) -> int:
    """How many karyograms need no more work: judged or failed."""
    return progress.judged + progress.failed


def progress_text(progress: Progress) -> str:
    """How far a batch is, how fast it goes and how long it will take, in one line."""
    text = f"**{done(progress):,} of {words.count(progress.accepted, 'karyogram')}** done"
    if progress.pictures_per_second:
        text += f" · {progress.pictures_per_second:.1f} a second"
    if progress.seconds_left is not None:
        text += f" · {times.duration(progress.seconds_left)} left"
    return text
