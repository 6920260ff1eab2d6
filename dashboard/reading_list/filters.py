"""The filters of the reading list: drawn as the address says, kept in it, and turned into what the engine looks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from dashboard.session import links, services, state
from dashboard.wording import times, words
from dashboard.wording.turn_words import LISTS
from engine.records import store
from engine.reviewing import reading_list
from engine.reviewing.reading_filter import Filter, Turn
from engine.reviewing.reading_order import MOST
from engine.vocabulary import Batch, Karyogram

AGES: Final = {"1h": "1 hour", "8h": "8 hours", "24h": "1 day", "72h": "3 days", "168h": "1 week", "672h": "4 weeks"}
"""How old at least karyograms may have to be, by what stands in the address."""

_BATCHES_OFFERED: Final = 200
_BY_SHORT: Final = {shown.short: outcome for outcome, shown in words.OUTCOMES.items()}


def from_address(now: datetime) -> Filter:
    """What the address asks of the reading list; what it does not name passes."""
    asked = links.listed(links.LIST)
    return Filter(
        turn=Turn(asked) if asked in set(Turn) else Turn.MINE,
        batch_id=links.batch_id() or "",
        outcomes=tuple(_BY_SHORT[short] for short in _shorts()),
        finding=links.listed(links.FINDING),
        case=links.listed(links.CASE),
        decided_by=links.listed(links.BY),
        received_before=_before(links.listed(links.OLDER), now),
    )


def of_batch(batch_id: str) -> Filter:
    """What the address asks of the list of one batch: everything, or some outcomes."""
    return Filter(Turn.ALL, batch_id=batch_id, outcomes=tuple(_BY_SHORT[short] for short in _shorts()))


def around(karyogram: Karyogram) -> Filter:
    """The list through which one steps from a karyogram: the one in the address, else that of its batch."""
    return from_address(times.now()) if links.listed(links.LIST) else of_batch(karyogram.batch_id)


def _shorts() -> list[str]:
    return [short for short in links.outcomes() if short in _BY_SHORT]


def _before(age: str, now: datetime) -> datetime | None:
    return now - timedelta(hours=int(age.removesuffix("h"))) if age in AGES else None


def outcomes() -> list[str]:
    """Ask for outcomes, beginning with those in the address."""
    return st.pills(
        "Show only",
        list(_BY_SHORT),
        selection_mode="multi",
        default=_shorts(),
        key=state.filter_key("outcomes"),
        label_visibility="collapsed",
    )


def lists(counts: Mapping[Turn, int], shown: Turn) -> None:
    """Ask for one of the lists, each with what it holds, and put it into the address."""
    chosen = st.segmented_control(
        "List",
        list(Turn),
        format_func=lambda turn: f"{LISTS[turn].name} **{words.at_most(counts[turn], MOST)}**",
        default=shown,
        required=True,
        key=state.filter_key("list"),
        label_visibility="collapsed",
    )
    links.remember_list(chosen or shown)


def ask(turn: Turn) -> None:
    """Draw the filters of a list and put what they say into the address."""
    with services.session() as session:
        findings = reading_list.known_findings(session)
        readers = reading_list.known_readers(session)
        batches = _batches(reading_list.batches(session, _BATCHES_OFFERED, only_open=turn not in _FINISHED))
    shorts = outcomes()
    with st.grid(columns=5, min_column_width=150, gap="small"):
        case = st.text_input(
            "Case begins with", links.listed(links.CASE), placeholder="any", key=state.filter_key("case")
        )
        finding = _choice("Finding", links.FINDING, {text: text for text in findings})
        batch = _choice("Batch", links.BATCH, batches)
        older = _choice("Waiting for at least", links.OLDER, AGES)
        by = _choice("Decided by", links.BY, {name: name for name in readers})
    links.remember_reading_list(shorts, case=case.strip(), finding=finding, batch=batch, older=older, by=by)


_FINISHED: Final = (Turn.SIGNED, Turn.ALL)


def _batches(offered: list[Batch]) -> dict[str, str]:
    """The names of the batches to choose from; the one in the address is always among them."""
    named = links.batch_id()
    if named and all(batch.id != named for batch in offered):
        try:
            with services.session() as session:
                offered = [store.batch(session, named), *offered]
        except store.NotFoundError:
            return {named: "unknown batch"} | _names(offered)
    return _names(offered)


def _names(batches: list[Batch]) -> dict[str, str]:
    zone = times.reader_zone()
    return {batch.id: f"{batch.name} ({times.local_time(batch.created_at, zone)})" for batch in batches}


def _choice(label: str, name: str, options: Mapping[str, str]) -> str:
    """Ask for one of some options or none, beginning with what the address says, even if it is none of them."""
    asked = links.listed(name)
    offered = [*options, *([asked] if asked and asked not in options else [])]
    chosen = st.selectbox(
        label,
        offered,
        index=offered.index(asked) if asked else None,
        format_func=lambda key: options.get(key, key),
        placeholder="any",
        key=state.filter_key(name),
    )
    return chosen or ""


def clear() -> None:
    """Let everything pass; to be called before the filters are drawn."""
    links.forget_filter()
    state.start_new_filters()
