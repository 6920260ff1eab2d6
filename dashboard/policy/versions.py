"""The versions of a policy: who made each, why and when, and a way back to any of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.policy import phrases, saving
from dashboard.wording import times, words
from engine.policy.policies import PolicyVersion, Terms

_SHOWN = 20


def draw(model: str, versions: Sequence[PolicyVersion], card: Terms) -> None:
    """Draw the list, the newest first and the limits of the model's card at the end."""
    st.subheader("Versions", help="A version is never changed or deleted. To return to one makes a new version of it.")
    newest = versions[0].version if versions else 0
    for version in versions[:_SHOWN]:
        _row(version, newest)
    if len(versions) > _SHOWN:
        st.caption(f"And {len(versions) - _SHOWN:,} older ones.")
    with _frame("card"):
        with st.container(gap="xxsmall"):
            st.markdown("**The model's card**" + ("" if versions else f" · {_IN_FORCE}"))
            st.markdown(phrases.in_short(card))
            st.caption("What the model was released with.")
        if versions:
            _return(model, card, newest, "the model's card", "card")


def _row(version: PolicyVersion, newest: int) -> None:
    in_force = version.version == newest
    with _frame(str(version.version)):
        with st.container(gap="xxsmall"):
            st.markdown(f"**Version {version.version}**" + (f" · {_IN_FORCE}" if in_force else ""))
            st.markdown(phrases.in_short(version.terms))
            made = times.local_time(version.created_at, times.reader_zone())
            st.caption(f"{words.plain(version.author)}, {made}: {words.plain(version.reason)}")
        if not in_force:
            name = f"version {version.version}"
            _return(version.model, version.terms, newest, name, str(version.version))


_IN_FORCE = ":green-badge[:material/check: in force]"


def _frame(key: str) -> st.delta_generator.DeltaGenerator:
    return st.container(
        border=True,
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key=f"policy_version_{key}",
    )


def _return(model: str, terms: Terms, newest: int, name: str, key: str) -> None:
    clicked = st.button(
        "Return to this", key=f"return_{key}", icon=":material/undo:", disabled=not saving.allowed(), width="content"
    )
    if clicked:
        saving.save(model, terms, f"Return to {name}", newest)
