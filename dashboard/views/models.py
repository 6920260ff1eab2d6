"""Models: the cards of those that are installed, a candidate in the shadow, and putting one in use with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.drawing import parts
from dashboard.lab_models import actions, cards, shadow_view
from dashboard.session import links, services
from dashboard.wording import times, words
from engine.policy import promotions, shadows
from engine.policy.promotions import Promotion
from models.card import Card
from models.registry import Registry

_SHOWN = 20


def render() -> None:
    """Draw the page."""
    st.title("Models")
    names, used = services.model_names(), services.model_in_use()
    if not names:
        parts.empty_state(
            "No model is installed", "`python -m models list` shows what is there, `python -m models train` makes one."
        )
        return
    with services.session() as session:
        shadow, made = shadows.running(session), promotions.history(session)
    st.caption(_in_use(used, made))
    registry = Registry(services.settings().registry)
    with st.grid(columns=2, min_column_width=560, gap="small"):
        for name in names:
            candidate = shadow is not None and shadow.model == name
            role = cards.IN_USE if name == used else cards.SHADOW if candidate else ""
            offer = _its_policy if name == used else partial(actions.for_candidate, judges=candidate)
            cards.draw(registry.card(name), role, offer)
    shadow_view.draw(used, shadow)
    _history(made, used)


def _its_policy(card: Card) -> None:
    links.to_page(links.POLICY, "Its policy", icon=":material/gavel:")


def _in_use(used: str, made: Sequence[Promotion]) -> str:
    if not made or made[0].model != used:
        return f"{words.plain(used)} is in use, because the settings say so (`KARYOTRIAGE_MODEL`)."
    when = times.local_time(made[0].created_at, times.reader_zone())
    return (
        f"{words.plain(used)} is in use since {when}, put there by {words.plain(made[0].author)}. Batches keep the "
        "model that they were opened with."
    )


def _history(made: Sequence[Promotion], used: str) -> None:
    st.subheader("What was put in use", help="Nothing is changed or deleted here: a return is one more entry.")
    if not made:
        st.caption(":material/history: Nothing yet: the model of the settings has been in use all along.")
        return
    for promotion in made[:_SHOWN]:
        with st.container(border=True, horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            with st.container(gap="xxsmall"):
                st.markdown(f"**{words.plain(promotion.model)}**")
                when = times.local_time(promotion.created_at, times.reader_zone())
                st.caption(f"{words.plain(promotion.author)}, {when}: {words.plain(promotion.reason)}")
            if promotion.model != used:
                _return(promotion)
    before = services.settings().default_model
    if used != before and all(promotion.model != before for promotion in made):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.caption(f"Before that: {words.plain(before)}, by the settings.")
            if st.button("Return to this", key="return_first", icon=":material/undo:", disabled=not actions.allowed()):
                actions.promote(before, f"Return to {before}")


def _return(promotion: Promotion) -> None:
    key = f"return_{promotion.id}"
    if st.button("Return to this", key=key, icon=":material/undo:", disabled=not actions.allowed(), width="content"):
        actions.promote(promotion.model, f"Return to {promotion.model}")


if __name__ == "__main__":
    render()
