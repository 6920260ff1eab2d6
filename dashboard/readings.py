"""What was read of a picture, as tables and sentences for the screen. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from dashboard import page_chart
from dashboard.words import count, percent
from engine.corrections import StandingObject
from models.judging.record import JUNK, OTHER, ComparedPair, Evidence
from models.judging.triage import Finding

_PROBABLE = 0.5
_PAIR = 2
_SIZES = "one homologue"  # how words begin that tell a difference in size
_ALIKE = "the homologues look alike"


def boxes(objects: Sequence[StandingObject], findings: Sequence[Finding]) -> pd.DataFrame:
    """What ``page_chart`` draws: one row for each object.

    Args:
        objects: as they stand.
        findings: whose chromosomes are marked.
    """
    wrong = {finding.chromosome for finding in findings}
    rows = [(found.number, *found.seen.box, *_look(found, wrong), in_words(found)) for found in objects]
    return pd.DataFrame(rows, columns=["object", "left", "top", "right", "bottom", "look", "label", "words"])


def _look(found: StandingObject, wrong: Collection[str]) -> tuple[str, str]:
    """How the box of an object looks, and what stands above it."""
    name, pen = found.seen.name, "✎" if found.by_hand else ""
    if name == JUNK:
        return page_chart.DIRT, pen
    if name == OTHER:
        return page_chart.STRANGE, f"?{pen}"
    return (page_chart.FOUND, f"▲{name}{pen}") if name in wrong else (page_chart.USUAL, f"{name}{pen}")


def named(name: str) -> str:
    """What an object is, in words: ``chromosome 21``, ``fits nowhere`` or ``no chromosome``."""
    return {OTHER: page_chart.STRANGE, JUNK: page_chart.DIRT}.get(name, f"chromosome {name}")


def in_words(found: StandingObject) -> str:
    """An object in a few words, for lists; people count from 1."""
    how = "corrected by hand" if found.by_hand else percent(found.seen.probability)
    return f"{named(found.seen.name).capitalize()} (object {found.number + 1}, {how})"


def why_not_compared(same: Sequence[StandingObject]) -> str:
    """Say why these objects of one kind have no profiles beside each other."""
    if same[0].seen.name in (OTHER, JUNK):
        return "Only chromosomes are compared."
    if any(found.by_hand for found in same):
        return "Not compared: what was read is corrected by hand."
    if len(same) != _PAIR:
        return f"Not compared: {count(len(same), 'object')} of it, and homologues are compared where there are two."
    return "Not compared: one of the two may not be a single chromosome."


def difference(pair: ComparedPair, findings: Sequence[Finding]) -> str:
    """How two homologues differ, with how probable a change is."""
    found = any(finding.chromosome == pair.chromosome and "structural" in finding.text for finding in findings)
    told = found or pair.changed >= _PROBABLE or pair.words.startswith(_SIZES)
    words = pair.words if told else _ALIKE
    return f"{words.capitalize()}; probability of a changed structure {percent(pair.changed)}"


def changes(read: Mapping[str, int], corrected: Mapping[str, int]) -> str:
    """Which numbers of chromosomes a person has changed, from what was read to what is so."""
    changed = [
        f"chromosome {name} from {before} to {corrected[name]}"
        for name, before in read.items()
        if before != corrected[name]
    ]
    return f"Changed: {', '.join(changed)}." if changed else "The numbers are as they were read."


def evidence(said: Evidence) -> pd.DataFrame:
    """What each part of the model says by itself, one row each."""
    changed = "nothing compared" if said.changed is None else percent(said.changed)
    return pd.DataFrame(
        [
            ("Reader, numbers", "a chromosome too many or missing", percent(said.miscounted)),
            ("Reader, structure", "a homologue that differs from the other", changed),
            ("Whole picture", "an abnormal karyogram", percent(said.abnormal)),
        ],
        columns=["Part", "How probable it finds", "Probability"],
        dtype="str",
    )
