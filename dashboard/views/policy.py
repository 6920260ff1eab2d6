"""Policy: what each limit misses and saves, changing it with a reason, and the versions there were."""

from __future__ import annotations

import streamlit as st

from dashboard.drawing import parts
from dashboard.policy import controls, effects, grounds, saving, versions
from dashboard.policy.grounds import Grounds
from dashboard.session import services
from dashboard.wording import times, words
from engine.policy import policies
from engine.policy.policies import PolicyVersion, Terms
from models.registry import Registry


def render() -> None:
    """Draw the page."""
    st.title("Policy")
    models = services.model_names()
    if not models:
        parts.empty_state(
            "No model is installed", "A policy belongs to a model. `python -m models list` shows which there are."
        )
        return
    model = st.segmented_control(
        "Model", models, default=models[0], required=True, key="model", bind="query-params",
        label_visibility="collapsed" if len(models) == 1 else "visible",
    )  # fmt: skip
    with services.session() as session:
        made = policies.history(session, model)
    card = Terms(Registry(services.settings().registry).card(model).policy)
    st.caption(_in_force(model, made))
    tried = grounds.of(model)
    if tried:
        st.fragment(_workbench)(model, made, card, tried)
    else:
        parts.empty_state(
            "Nothing to try a policy on yet",
            "No karyogram of this model is signed, and no validation predictions ship with it. Read some karyograms, "
            f"or run `python -m models evaluate {model} --simulated 600 --keep`.",
        )
    versions.draw(model, made, card)


def _in_force(model: str, made: list[PolicyVersion]) -> str:
    start = f"{words.plain(model)} judges by "
    if not made:
        start += "the limits on its card"
    else:
        newest = made[0]
        when = times.local_time(newest.created_at, times.reader_zone())
        start += f"version {newest.version} of {words.plain(newest.author)}, {when}"
    return f"{start}. Every verdict keeps the policy that it was made by; a change holds from the next verdict on."


def _workbench(model: str, made: list[PolicyVersion], card: Terms, tried: list[Grounds]) -> None:
    """Draw the controls and beside them what they would do; moving one draws only this anew."""
    in_force, version = (made[0].terms, made[0].version) if made else (card, 0)
    key = f"{model}_{version}"
    left, right = st.columns([2, 3], gap="medium")
    with left:
        with st.container(border=True):
            chosen = _choose(tried)
            proposal = controls.ask(in_force, chosen, key)
        saving.draw(model, in_force, version, proposal)
    with right:
        effects.draw(in_force, proposal.terms, chosen, grounds.laboratory(model))


def _choose(tried: list[Grounds]) -> Grounds:
    if len(tried) == 1:
        return tried[0]
    by_name = {each.name: each for each in tried}
    name = st.segmented_control(
        "Shown on", list(by_name), default=tried[0].name, required=True, key="policy_grounds",
        help="What is signed here is the better ground once there are enough abnormal cases.",
    )  # fmt: skip
    return by_name[name]


if __name__ == "__main__":
    render()
