"""System: engines alive with device and speed, the queue, and karyograms that failed, each with a retry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.drawing import frames, parts
from dashboard.session import links, services
from dashboard.session.services import Works
from dashboard.wording import times, upload_words, words
from engine import people
from engine.jobs.heartbeat import Heartbeat
from engine.jobs.requeue import retry
from engine.jobs.stream import DeadLetter
from engine.operations import installation
from engine.people import Action
from engine.records import reports
from engine.settings import without_password
from engine.vocabulary import Karyogram
from models.judging.triage import TriageOutcome

_REFRESH_SECONDS = 3.0
_FAILED_SHOWN = 50


def render() -> None:
    """Draw the page."""
    st.title("System")
    st.fragment(_status, run_every=_REFRESH_SECONDS)()
    _connections()
    _installation()


def _status() -> None:
    """Draw everything that changes by itself."""
    works = services.works()
    with services.session() as session:
        failed, count = reports.failed(session, _FAILED_SHOWN), reports.count_failed(session)
    if works is None:
        _redis_is_away()
    else:
        _overview(works, count)
        _engines(works.engines)
    _failed(failed, count, {letter.karyogram_id: letter for letter in works.dead_letters} if works else {})


def _redis_is_away() -> None:
    st.error(
        f"Redis cannot be reached at `{without_password(services.settings().redis_url)}`. Uploads are stored and will "
        "be judged when it is back; nothing is lost. Start it, or correct `REDIS_URL`.",
        icon=":material/cloud_off:",
    )


def _overview(works: Works, failed: int) -> None:
    speed = sum(engine.pictures_per_second or 0.0 for engine in works.engines)
    with st.grid(columns=4, min_column_width=150, gap="xsmall"):
        st.metric("Engines alive", len(works.engines), icon=":material/memory:", border=True)
        st.metric(
            "Karyograms a second",
            f"{speed:.1f}",
            icon=":material/speed:",
            border=True,
            help="The speed of the last micro-batch, summed over all engines.",
        )
        st.metric(
            "In the queue",
            works.queued,
            icon=":material/hourglass_empty:",
            border=True,
            help="Karyograms that no engine has taken yet.",
        )
        st.metric(
            "Failed", failed, icon=words.OUTCOMES[TriageOutcome.FAILED].icon, border=True, help="See the list below."
        )


def _engines(engines: Sequence[Heartbeat]) -> None:
    st.subheader("Engines")
    if not engines:
        parts.empty_state(
            "No engine is running",
            "Start one with `python -m engine work` on this machine, or on any other that reaches the same Redis and "
            "record store.",
        )
        return
    now = times.now()
    st.dataframe(
        frames.engines(engines, now),
        hide_index=True,
        height="content",
        placeholder="-",
        alt="Engines that are alive",
        column_config=_ENGINE_COLUMNS,
    )


_ENGINE_COLUMNS = {
    "engine": st.column_config.TextColumn("Engine", width=170),
    "state": st.column_config.TextColumn("State", width=90),
    "device": st.column_config.TextColumn("Device", width=190),
    "precision": st.column_config.TextColumn("Precision", width=90),
    "models": st.column_config.TextColumn("Models loaded", width=120),
    "speed": st.column_config.NumberColumn("Karyograms a second", format="%.1f", width=145),
    "last_batch": st.column_config.TextColumn("Last micro-batch", width=190),
    "judged": st.column_config.NumberColumn("Judged since start", format="localized", width=120),
}


def _failed(failed: Sequence[Karyogram], count: int, letters: Mapping[str, DeadLetter]) -> None:
    st.subheader(
        "Failed karyograms",
        help="The engines gave these up, and their jobs are dead letters. Read them, or send them back to the engines.",
    )
    if not failed:
        st.caption(":material/check: No karyogram has failed.")
        return
    allowed = people.may(services.person(), Action.RETRY)
    if count > 1 and st.button("Try all again", icon=":material/refresh:", disabled=not allowed):
        with services.session() as session:
            everyone = reports.failed_ids(session)
        _retry(everyone)
    for karyogram in failed:
        _failed_row(karyogram, letters.get(karyogram.id), allowed=allowed)
    if count > len(failed):
        st.caption(f"And {count - len(failed):,} more.")


def _failed_row(karyogram: Karyogram, letter: DeadLetter | None, *, allowed: bool) -> None:
    with st.container(border=True, horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(gap="xxsmall"):
            st.markdown(f"**{words.plain(frames.file_and_page(karyogram))}**")
            reason = words.plain(karyogram.failure or "The engine gave no reason.")
            given_up = f" · given up {times.ago(letter.buried_at, times.now())}" if letter else ""
            st.caption(reason + given_up)
        links.to_karyogram(karyogram.id, "Open", icon=":material/open_in_full:")
        key = f"retry_{karyogram.id}"
        if st.button("Try again", key=key, icon=":material/refresh:", disabled=not allowed):
            _retry([karyogram.id])


def _retry(karyogram_ids: Sequence[str]) -> None:
    """Send failed karyograms back to the engines; where Redis is away they wait for the engines' sweep."""
    sent = 0
    for identifier in karyogram_ids:
        with services.session() as session:
            sent += retry(session, services.stream(), identifier, person=services.person())
    st.toast(words.retried(sent, len(karyogram_ids) - sent), icon=":material/refresh:")
    st.rerun()


def _connections() -> None:
    with st.expander("Connections", icon=":material/lan:"):
        settings = services.settings()
        st.markdown(
            f"- Record store: `{without_password(settings.database_url)}`\n"
            f"- Redis: `{without_password(settings.redis_url)}`\n"
            f"- Registry of models: `{settings.registry}`"
        )


def _installation() -> None:
    with st.expander("Room and versions", icon=":material/hard_drive:"):
        with services.session() as session:
            room = installation.room(session, services.settings().database_url)
            revision = installation.revision(session)
        left = "" if room.free is None else f", {upload_words.size(room.free)} left on its disk"
        st.markdown(f"- Record store: {upload_words.size(room.used)}{left}; tables of revision {revision}")
        parts_of_it = (f"{name} {number}" for name, number in installation.versions().items())
        st.markdown(f"- This dashboard runs on {', '.join(parts_of_it)}")


if __name__ == "__main__":
    render()
