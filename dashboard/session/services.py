"""Handles to the rest of the system, opened once for all browser sessions: settings, record store, Redis, registry."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.session import links, presence
from dashboard.wording import times
from engine.access import exposure, identity, sign_ins
from engine.errors import REDIS_AWAY, STORE_AWAY, one_line
from engine.intake.intake import Intake
from engine.jobs.heartbeat import Heartbeat, alive
from engine.jobs.stream import DeadLetter, JobStream, connect_redis
from engine.people import DEMO, Person
from engine.policy import promotions
from engine.records.database import Engine, Session, ask, connect, open_session, upgrade
from engine.settings import Settings, SettingsError
from models.pictures import Limits
from models.registry import Registry


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The settings of this process, read from the environment once."""
    return Settings.from_environment(os.environ)


@st.cache_resource(show_spinner=False)
def _sql_engine() -> Engine:
    engine = connect(settings().database_url)
    upgrade(engine)
    return engine


@st.cache_resource(show_spinner=False)
def signs_in() -> bool:
    """Whether people sign in; otherwise they choose who they are, and only this machine may reach the dashboard.

    Raises:
        exposure.ExposureError: others could reach it, and nobody signs in.
        SettingsError: sign-in is set up and not complete.
    """
    found = exposure.section(st.get_option("secrets.files")) is not None
    exposure.require_safe(st.get_option("server.address"), sign_in=found, loopback_only=settings().loopback_only)
    return found


def person() -> Person:
    """Who works here; where a sign-in is over, the page is drawn anew and asks for the next one."""
    known = presence.let_in(times.now())
    try:
        return known or enter(active=False)
    except (sign_ins.EndedError, identity.RefusedError):
        st.rerun()


def stay() -> None:
    """Count what somebody does on a part of a page, such as writing, as a click."""
    try:
        if presence.let_in(times.now()) is None:
            enter(active=True)
    except (sign_ins.EndedError, identity.RefusedError):
        st.rerun()


def enter(*, active: bool) -> Person:
    """Let in who works here.

    Args:
        active: whether they have just done something; a page that refreshes itself does not count.

    Raises:
        EndedError: they have to sign in again.
        RefusedError: they may not come in.
    """
    if not signs_in():
        return _demo_person()
    entered = _enter(st.user.to_dict(), active=active)
    presence.remember_let_in(entered, times.now())
    return entered


def later() -> Callable[[], Person]:
    """Give a way to ask who works here when no page is drawn, such as when a file is fetched; it is checked then."""
    if not signs_in():
        here = _demo_person()
        return lambda: here
    claims = st.user.to_dict()
    return lambda: _enter(claims, active=False)


def _enter(claims: Mapping[str, Any], *, active: bool) -> Person:
    found = identity.identify(claims, settings())
    with session() as opened:
        try:
            return sign_ins.enter(opened, found, settings(), times.now(), active=active)
        finally:
            opened.commit()


def leave() -> None:
    """End the sign-in of who works here."""
    presence.forget_let_in()
    with session() as opened:
        sign_ins.leave(opened, identity.identify(st.user.to_dict(), settings()), times.now())
        opened.commit()


def _demo_person() -> Person:
    """Whom the address names, else whom this session heard of, else the first of the demo people."""
    known = {one.short: one for one in DEMO}
    return next((known[short] for short in (links.person(), presence.person()) if short in known), DEMO[0])


@contextmanager
def session() -> Iterator[Session]:
    """A session on the record store; nothing is kept unless it is committed."""
    with open_session(_sql_engine()) as opened:
        yield opened


def problem() -> str | None:
    """What keeps every page from working, in one line: wrong settings or no record store; ``None`` if all is well."""
    try:
        if not signs_in():
            exposure.require_near(st.context.headers.get("Host"), st.context.headers.get("X-Forwarded-For"))
        elif (roles := settings().roles_file) is not None:
            identity.roles_of_file(roles)
        with session() as opened:
            ask(opened)
    except (SettingsError, exposure.ExposureError, *STORE_AWAY, OSError) as error:
        return one_line(error)
    return None


@st.cache_resource(show_spinner=False)
def stream() -> JobStream:
    """The job stream."""
    return JobStream(connect_redis(settings().redis_url))


@dataclass(frozen=True)
class Works:
    """The engines that live, how many jobs none of them has taken yet, and the jobs they gave up."""

    engines: list[Heartbeat]
    queued: int
    dead_letters: list[DeadLetter]


def works() -> Works | None:
    """Ask Redis how the engines do; ``None`` when it cannot be reached."""
    try:
        return Works(alive(stream().client), stream().lag(), stream().dead_letters())
    except REDIS_AWAY:
        return None


def engines_alive() -> bool | None:
    """Whether any engine lives; ``None`` when Redis cannot be reached."""
    try:
        return bool(alive(stream().client))
    except REDIS_AWAY:
        return None


def intake() -> Intake:
    """What takes files into the record store."""
    return Intake(_sql_engine(), stream(), settings(), person())


def limits() -> Limits:
    """What a picture may be, for decoding it again."""
    return Limits(max_pixels=settings().max_pixels, min_side=settings().min_side)


def model_names() -> list[str]:
    """The models of the registry, the one in use first."""
    names, used = Registry(settings().registry).names(), model_in_use()
    return sorted(names, key=lambda name: (name != used, name))


def model_in_use() -> str:
    """The model that batches are judged by unless they ask for another."""
    with session() as opened:
        return promotions.in_use(opened, settings().default_model, Registry(settings().registry).names())
