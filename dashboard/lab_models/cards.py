"""The models of the registry, one card each: what it was measured on, how well it does, and its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.wording import words
from models.card import Card
from models.card_page import card_page, with_interval

FIGURES = {
    "triage_sensitivity": "Abnormal, not screened",
    "screened_normal": "Normal, screened",
    "sensitivity": "Voted abnormal (sensitivity)",
    "auc": "Area under the ROC curve",
}
"""The figures on a card, what is missed first."""

IN_USE, SHADOW = "In use", "In the shadow"
_BADGES = {
    IN_USE: ":green-badge[:material/check_circle: In use]",
    SHADOW: ":violet-badge[:material/visibility_off: In the shadow]",
}


def draw(card: Card, role: str, actions: Callable[[Card], None]) -> None:
    """Draw the card of a model.

    Args:
        card: see there.
        role: ``IN_USE``, ``SHADOW`` or blank.
        actions: draws what can be done with it.
    """
    with st.container(border=True, height="stretch", key=f"model_{card.name}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader(words.plain(card.name))
            if role:
                st.markdown(_BADGES[role], width="content")
        st.caption(
            f"{words.plain(card.architecture)} · {card.input_size} px · {words.count(card.passes, 'pass')} · made "
            f"{card.created[:10] or 'on an unknown day'} · weights `{card.weights_sha256[:12]}`"
        )
        if card.metrics:
            st.table(figures(card.metrics), border="horizontal", hide_index=True)
            st.caption("95 % intervals by case. Simulated figures are of simulated karyograms of validation cases.")
        else:
            st.caption("Not measured.")
        actions(card)
        with st.expander("The whole card", icon=":material/description:"):
            st.markdown(card_page(card))


def figures(metrics: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The leading figures of a card, one row each and one column for each set of data."""
    columns = {
        measured_on(name, said): [with_interval(said[key], said[f"{key}_interval"]) for key in FIGURES]
        for name, said in metrics.items()
    }
    return pd.DataFrame({"Figure": list(FIGURES.values()), **columns}, dtype="str")


def measured_on(name: str, said: Mapping[str, Any]) -> str:
    """What a set of data is called: how many are abnormal tells what its figures are worth."""
    title = {"real": "Real", "simulated_wide": "Simulated", "simulated_held_out": "Simulated, unknown layouts"}
    shown = title.get(name, name.replace("_", " ").capitalize())
    return f"{shown} ({said['n_abnormal']:,} of {said['n']:,} abnormal)"
