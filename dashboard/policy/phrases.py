"""Policies in words. Pure functions."""

from __future__ import annotations

import math

import pandas as pd

from dashboard.wording.words import bits, count, percent
from engine.policy.policies import Terms
from models.measuring.conformal import Guarantee, NoThreshold, Threshold
from models.measuring.screening import Effect

PROBABILITY = "Probability of abnormal, at most"
AGREEMENT = "Pass agreement, at least"
INFORMATION = "Mutual information, at most"
QUALITY = "Quality sample of the screened"
MODE = "Limit of the probability"


def rows(terms: Terms) -> dict[str, str]:
    """What a policy says, line by line."""
    limits = terms.limits
    return {
        MODE: "set by hand" if terms.guarantee is None else promise(terms.guarantee, terms.grounds),
        PROBABILITY: exact_percent(limits.max_calibrated_probability),
        AGREEMENT: percent(limits.min_pass_agreement),
        INFORMATION: bits(limits.max_mutual_information),
        QUALITY: percent(terms.quality_share),
    }


def exact_percent(share: float) -> str:
    """A limit as a percentage with two digits: smaller steps change what is screened."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + " %"


def promise(guarantee: Guarantee, grounds: str) -> str:
    """What is promised, and by which karyograms, in a few words."""
    asked = f"at most {percent(guarantee.tolerated)} missed, {percent(guarantee.confidence)} sure"
    return f"conformal: {asked}, {grounds}"


def in_short(terms: Terms) -> str:
    """A policy in one line."""
    limits = terms.limits
    line = (
        f"probability ≤ {exact_percent(limits.max_calibrated_probability)} · agreement ≥ "
        f"{percent(limits.min_pass_agreement)} · mutual information ≤ {bits(limits.max_mutual_information)} · "
        f"quality sample {percent(terms.quality_share)}"
    )
    return line if terms.guarantee is None else f"{line} · {promise(terms.guarantee, terms.grounds)}"


def before_and_after(before: Terms, after: Terms) -> pd.DataFrame:
    """Two policies line by line; what differs is marked with an arrow."""
    old, new = rows(before), rows(after)
    return pd.DataFrame(
        [(name, old[name], f"→ {new[name]}" if new[name] != old[name] else new[name]) for name in old],
        columns=["Policy", "In force", "Proposed"],
        dtype="str",
    )


def missed(effect: Effect) -> str:
    """How many abnormal karyograms are missed, of how many; about so many where one stands for others too."""
    about = "" if round(effect.abnormal_about) == effect.abnormal else "≈ "
    return f"{about}{round(effect.missed_about):,} of {round(effect.abnormal_about):,}"


def missed_with_interval(effect: Effect) -> str:
    """The share that is missed with its interval."""
    if math.isnan(effect.missed_share):
        return "No abnormal karyogram is known"
    low, high = effect.missed_interval
    read = "" if round(effect.abnormal_about) == effect.abnormal else f"; {effect.missed:,} of {effect.abnormal:,} read"
    return f"{percent(effect.missed_share)} of the abnormal (95 % interval {100 * low:.1f} to {100 * high:.1f} %{read})"


def kept(found: Threshold, guarantee: Guarantee) -> str:
    """What a limit keeps, in a sentence."""
    return (
        f"With a limit of **{exact_percent(found.limit)}** at most {percent(guarantee.tolerated)} of abnormal "
        f"cases like these are missed, with a confidence of {percent(guarantee.confidence)}: {found.missed:,} of "
        f"{count(found.cases, 'abnormal case')} here would be, and the exact bound is {percent(found.bound)}."
    )


def not_kept(found: NoThreshold, guarantee: Guarantee, known: int) -> str:
    """Why nothing can be promised, and what would help; ``known`` abnormal cases are there, counted or not."""
    asked = f"at most {percent(guarantee.tolerated)} missed with a confidence of {percent(guarantee.confidence)}"
    if found.needed is None:
        return (
            f"No limit keeps this promise ({asked}): more of the {count(found.cases, 'abnormal case')} than may be "
            "missed look entirely normal to the model."
        )
    counted = f"**{found.cases:,}**"
    if known > found.cases:
        counted += f" of **{known:,}** that were read whatever the model said"
    return (
        f"Too few abnormal cases to promise this ({asked}): there are {counted}, and at least "
        f"**{found.needed:,}** are needed, even if none of them is missed. Ask for less, or sign "
        f"{found.needed - found.cases:,} more while the quality sample is 100 %, so that everything is read."
    )
