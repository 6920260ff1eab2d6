"""What somebody can do with a model: put it in use, let it judge in the shadow, and take both back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.session import services
from dashboard.wording import times, words
from engine.people import Action, may
from engine.policy import promotions, shadows
from engine.policy.promotions import PromotionError
from engine.records.database import Session
from models.card import Card


def allowed() -> bool:
    """Whether who works here may put models in use; the engine checks it again."""
    return may(services.person(), Action.PROMOTE_MODEL)


def for_candidate(card: Card, *, judges: bool) -> None:
    """Offer to put a model in use, with a reason, and to try it in the shadow unless it ``judges`` there already."""
    with st.container(horizontal=True):
        _with_reason(card.name, "Put in use", ":material/upgrade:", lambda reason: promote(card.name, reason))
        if not judges:
            icon = ":material/visibility_off:"
            _with_reason(card.name, "Try in the shadow", icon, lambda reason: _begin(card.name, reason))
    if not allowed():
        st.caption(f":material/lock: {words.plain(services.person().name)} may look; a supervisor may change this.")


def _with_reason(name: str, label: str, icon: str, do: Callable[[str], None]) -> None:
    key = f"{label}_{name}".replace(" ", "_").lower()
    with st.popover(label, icon=icon, disabled=not allowed(), key=f"{key}_menu"), st.form(key, border=False):
        reason = st.text_input("Reason", max_chars=500, key=f"{key}_reason")
        if st.form_submit_button(words.on_primary(f"{label}: {words.plain(name)}"), type="primary"):
            do(reason)


def promote(model: str, reason: str) -> None:
    """Put a model in use, or say why it cannot be."""
    installed, before = services.model_names(), services.model_in_use()

    def change(session: Session) -> None:
        who, now = services.person(), times.now()
        promotions.promote(session, who, model, before=before, installed=installed, reason=reason, now=now)

    _do(change, f"{model} judges the batches that are opened from now on.")


def _begin(model: str, reason: str) -> None:
    installed, used = services.model_names(), services.model_in_use()

    def change(session: Session) -> None:
        who, now = services.person(), times.now()
        shadows.begin(session, who, model, in_use=used, installed=installed, reason=reason, now=now)

    _do(change, f"{model} judges in the shadow what comes from now on.")


def end_shadow() -> None:
    """Offer to let the candidate judge no more."""
    if st.button("End the shadow", icon=":material/stop_circle:", disabled=not allowed(), width="content"):
        _do(lambda session: shadows.end(session, services.person(), times.now()), "No candidate judges any more.")


def _do(change: Callable[[Session], None], done: str) -> None:
    try:
        with services.session() as session:
            change(session)
            session.commit()
    except (PromotionError, PermissionError) as error:
        st.error(words.plain(str(error)), icon=":material/error:")
        return
    st.toast(done, icon=":material/check:")
    st.rerun()
