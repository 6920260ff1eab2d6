"""The controls of a policy: what somebody proposes, starting from what is in force."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from dashboard.policy import phrases
from dashboard.policy.grounds import Grounds
from dashboard.wording import words
from engine.policy.policies import Terms
from models.judging.triage import Policy
from models.measuring.conformal import Guarantee, NoThreshold
from models.measuring.screening import promised

BY_HAND, CONFORMAL = "By hand", "Conformal"
_CONFIDENCES = (0.8, 0.9, 0.95, 0.99)
_WIDEST_PROBABILITY, _WIDEST_INFORMATION = 0.5, 0.2
_USUAL = Guarantee(tolerated=0.05, confidence=0.95)


@dataclass(frozen=True)
class Proposal:
    """What the controls say; ``kept`` is False where a promise was asked for that cannot be kept."""

    terms: Terms
    kept: bool = True


def ask(in_force: Terms, grounds: Grounds, key: str) -> Proposal:
    """Draw the controls.

    Args:
        in_force: where they start.
        grounds: by which a promise is made.
        key: of the widgets; another one puts them back to what is in force.
    """
    st.subheader("Proposal")
    mode = st.segmented_control(
        phrases.MODE,
        [BY_HAND, CONFORMAL],
        default=BY_HAND if in_force.guarantee is None else CONFORMAL,
        required=True,
        key=f"mode_{key}",
        help="By hand you set the limit. Conformal finds it from the highest share of abnormal cases that may be "
        "missed and how sure you want to be of it.",
    )
    promise = st.container(gap="small")
    others = _other_limits(in_force, key)
    share = _percent(phrases.QUALITY, in_force.quality_share, 0.0, 1.0, f"quality_{key}", step=1.0)
    with promise:
        if mode == CONFORMAL:
            return _conformal(in_force, others, share, grounds, key)
        probability = _percent(
            phrases.PROBABILITY,
            in_force.limits.max_calibrated_probability,
            0.0,
            _WIDEST_PROBABILITY,
            f"probability_{key}",
            step=0.1,
        )
    return Proposal(Terms(replace(others, max_calibrated_probability=probability), share))


def _conformal(in_force: Terms, others: Policy, share: float, grounds: Grounds, key: str) -> Proposal:
    guarantee = _ask_guarantee(in_force.guarantee or _USUAL, key)
    found = promised(grounds.promising, others, guarantee)
    if isinstance(found, NoThreshold):
        st.warning(
            words.on_warning(phrases.not_kept(found, guarantee, grounds.known.abnormal_cases), ":material/scale:")
        )
        return Proposal(
            Terms(replace(others, max_calibrated_probability=0.0), share, guarantee, grounds.kind), kept=False
        )
    st.success(phrases.kept(found, guarantee), icon=":material/handshake:")
    return Proposal(Terms(replace(others, max_calibrated_probability=found.limit), share, guarantee, grounds.kind))


def _ask_guarantee(start: Guarantee, key: str) -> Guarantee:
    left, right = st.columns(2, gap="small")
    tolerated = left.number_input(
        "Missed at most, %", 0.5, 30.0, 100 * start.tolerated, step=0.5, format="%.1f", key=f"tolerated_{key}",
        help="The highest share of abnormal cases that may be missed. A case is missed as soon as one of its abnormal "
        "karyograms is screened.",
    )  # fmt: skip
    options = sorted({*_CONFIDENCES, start.confidence})
    confidence = right.selectbox(
        "Confidence",
        options,
        index=options.index(start.confidence),
        format_func=lambda value: f"{100 * value:g} %",
        key=f"confidence_{key}",
        help="In how many of a hundred laboratories that do the same the promise holds.",
    )
    return Guarantee(tolerated / 100, confidence)


def _other_limits(in_force: Terms, key: str) -> Policy:
    limits = in_force.limits
    agreement = _percent(phrases.AGREEMENT, limits.min_pass_agreement, 0.5, 1.0, f"agreement_{key}", step=1.0)
    shown = round(limits.max_mutual_information, 3)
    information = st.slider(
        f"{phrases.INFORMATION} (bits)", 0.0, max(_WIDEST_INFORMATION, shown), shown, 0.001, "%.3f",
        key=f"information_{key}",
    )  # fmt: skip
    return replace(
        limits, min_pass_agreement=agreement, max_mutual_information=_exact(information, limits.max_mutual_information)
    )


def _percent(label: str, current: float, low: float, high: float, key: str, *, step: float) -> float:
    """Ask for a share in percent; one that nobody moves stays exactly what it is, however it is rounded."""
    shown = round(100 * current, 1)
    bounds = min(100 * low, shown), max(100 * high, shown)
    chosen = st.slider(label, *bounds, shown, step, "%.1f %%" if step < 1 else "%.0f %%", key=key)
    return current if chosen == shown else chosen / 100


def _exact(chosen: float, current: float) -> float:
    return current if chosen == round(current, 3) else chosen
