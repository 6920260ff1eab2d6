"""What was read of a picture, as tables and sentences for the screen. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from dashboard.karyogram import page_chart
from dashboard.wording.words import count, percent, plain
from engine.reviewing.corrections import StandingObject
from models.judging.record import JUNK, OTHER, ComparedPair, Evidence
from models.judging.triage import Finding

_PROBABLE = 0.5
_PAIR = 2
_SIZES = "one homologue"  # how words begin that tell a difference in size
_ALIKE = "the homologues look alike"


def boxes(
    objects: Sequence[StandingObject], findings: Sequence[Finding], held: Mapping[int, int] | None = None
) -> pd.DataFrame:
    """What ``page_chart`` draws: one row for each object.

    Args:
        objects: as they stand.
        findings: whose chromosomes are marked.
        held: how many chromosomes an object holds, where more than one; see ``engine.reviewing.corrections.held``.
    """
    wrong, held = {finding.chromosome for finding in findings}, held or {}
    rows = []
    for found in objects:
        copies = held.get(found.number, 1)
        look, label = _look(found, wrong)
        label += f" ({copies})" if copies > 1 else ""
        rows.append((found.number, *found.seen.box, look, label, in_words(found, copies)))
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


def sentence(text: str) -> str:
    """A text with a large letter at its beginning; an X or Y in it stays as it is."""
    return text[:1].upper() + text[1:]


def in_words(found: StandingObject, copies: int = 1) -> str:
    """An object in a few words, for lists; people count from 1."""
    how = "corrected by hand" if found.by_hand else percent(found.seen.probability)
    held = f", {copies} that touch" if copies > 1 else ""
    return f"{sentence(named(found.seen.name))}{held} (object {found.number + 1}, {how})"


def why_not_compared(same: Sequence[StandingObject], copies: int = 1) -> str:
    """Say why these objects of one kind, the first of which holds so many, have no profiles beside each other."""
    if same[0].seen.name in (OTHER, JUNK):
        return "Only chromosomes are compared."
    if any(found.by_hand for found in same):
        return "Not compared: what was read is corrected by hand."
    if copies > 1:
        return f"Not compared: {copies} touch each other and are read as one object."
    if len(same) != _PAIR:
        return f"Not compared: {count(len(same), 'object')} of it, and homologues are compared where there are two."
    return "Not compared: one of the two may not be a single chromosome."


def difference(pair: ComparedPair, findings: Sequence[Finding]) -> str:
    """How two homologues differ, with how probable a change is."""
    found = any(finding.chromosome == pair.chromosome and "structural" in finding.text for finding in findings)
    told = found or pair.changed >= _PROBABLE or pair.words.startswith(_SIZES)
    return f"{sentence(pair.words if told else _ALIKE)}; probability of a changed structure {percent(pair.changed)}"


def changes(read: Mapping[str, int], corrected: Mapping[str, int]) -> str:
    """Which numbers of chromosomes a person has changed, from what was read to what is so."""
    changed = [
        f"chromosome {name} from {before} to {corrected[name]}"
        for name, before in read.items()
        if before != corrected[name]
    ]
    return f"Changed: {', '.join(changed)}." if changed else "The numbers are as they were read."


def evidence(said: Evidence) -> pd.DataFrame:
    """What each part of the model says by itself, one row each, as Markdown."""
    changed = "nothing compared" if said.changed is None else _figure(said.changed)
    counted = "not kept" if said.network_miscounted is None else _figure(said.network_miscounted)
    return pd.DataFrame(
        [
            ("Reader, numbers", "a chromosome too many or missing", _figure(said.miscounted)),
            ("Reader, structure", "a homologue that differs from the other", changed),
            ("Whole picture, numbers", "a chromosome too many or missing", counted),
            ("Whole picture", "an abnormal karyogram", _figure(said.abnormal)),
        ],
        columns=["Part", "How probable it finds", "Probability"],
        dtype="str",
    )


def _figure(probability: float) -> str:
    # a table takes "> 99.9 %" for a quotation
    return plain(percent(probability))
