"""Saving a policy: before and after, the reason, and the new version."""

from __future__ import annotations

import streamlit as st

from dashboard.policy import phrases
from dashboard.policy.controls import Proposal
from dashboard.session import services
from dashboard.wording import times, words
from engine.people import Action, may
from engine.policy import policies
from engine.policy.policies import PolicyError, Terms


def allowed() -> bool:
    """Whether who works here may change a policy; the engine checks it again."""
    return may(services.person(), Action.CHANGE_POLICY)


def draw(model: str, in_force: Terms, version: int, proposal: Proposal) -> None:
    """Show what would change and ask for the reason.

    Args:
        model: whose policy.
        in_force: what it says now.
        version: of it; 0 for the limits of the card.
        proposal: what it would say.
    """
    with st.container(border=True):
        if proposal.terms == in_force:
            st.caption(":material/tune: Move a control to propose another policy. Nothing changes before you save it.")
            return
        if not proposal.kept:
            st.caption(":material/block: A promise that cannot be kept cannot be saved.")
            return
        st.table(phrases.before_and_after(in_force, proposal.terms), border="horizontal", hide_index=True)
        if not allowed():
            st.caption(f":material/lock: {words.plain(services.person().name)} may look; a supervisor may save.")
            return
        _ask(model, version, proposal.terms)


def _ask(model: str, version: int, terms: Terms) -> None:
    with st.form(f"save_{model}_{version}", border=False):
        reason = st.text_input(
            "Reason", placeholder="Why this policy is better", max_chars=500, key=f"reason_{model}_{version}"
        )
        label = words.on_primary(f"Save as version {version + 1}")
        if st.form_submit_button(label, type="primary", icon=":material/save:"):
            save(model, terms, reason, version)


def save(model: str, terms: Terms, reason: str, version: int) -> None:
    """Make a new version after this one, or say why it cannot be."""
    try:
        with services.session() as session:
            made = policies.change(
                session, services.person(), model, terms, reason=reason, now=times.now(), after=version
            )
            session.commit()
    except (PolicyError, PermissionError) as error:
        st.error(words.plain(str(error)), icon=":material/error:")
        return
    st.toast(f"Version {made.version} is in force from the next verdict on.", icon=":material/gavel:")
    st.rerun()
