"""How often the reader reads karyograms right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.chromosomes import AUTOSOMES
from models.datasets.labels import LabelledPicture, Page
from models.judging.uncertainty import Label
from models.measuring.copy_numbers import true_copies
from models.measuring.intervals import auc_interval, share_interval
from models.measuring.metrics import Mask, Outcomes, area_under_curve
from models.reading.conclusions import conclude
from models.simulation.karyotypes.karyotype import Karyotype

if TYPE_CHECKING:
    from models.predicting.page_reader import PageReader


@dataclass(frozen=True)
class _Read:
    """A karyogram that was read: which of the 24 numbers are right, and what was concluded."""

    case_id: str
    abnormal: bool
    right: Mask
    suggested: str | None
    wrong: bool
    score: float


def reading_report(reader: PageReader, labelled: Iterable[tuple[LabelledPicture, Page]]) -> dict[str, Any]:
    """Read karyograms, and sum up how that went, ready for JSON.

    Args:
        reader: the reader.
        labelled: karyograms; those whose karyotype is not known are left out.

    Returns:
        ``n``, ``n_cases``, ``n_abnormal``; with their 95 % intervals by case the shares ``exact`` (all 24 numbers
        right), ``autosomes`` (all 22), ``sexes`` (X and Y), ``suggested`` (a karyotype was suggested) and
        ``wrongly_suggested`` (one with another number of some chromosome), and ``auc``: of the probability that the
        numbers are not normal, where structural changes count as abnormal too.
    """
    read = [_read(reader, item, page, item.karyotype) for item, page in labelled if item.karyotype is not None]
    names = sorted({one.case_id for one in read})
    case = np.array([names.index(one.case_id) for one in read])
    right, every = np.stack([one.right for one in read]), np.ones(len(read), np.bool_)
    shares: dict[str, Mask] = {
        "exact": np.all(right, axis=1),
        "autosomes": np.all(right[:, : len(AUTOSOMES)], axis=1),
        "sexes": np.all(right[:, len(AUTOSOMES) :], axis=1),
        "suggested": np.array([one.suggested is not None for one in read]),
        "wrongly_suggested": np.array([one.wrong for one in read]),
    }
    found: dict[str, Any] = {"n": len(read), "n_cases": len(names), "n_abnormal": sum(one.abnormal for one in read)}
    for name, part in shares.items():
        found |= {name: float(part.mean()), f"{name}_interval": share_interval(part, every, case)}
    return found | _area(read, case)


def _read(reader: PageReader, item: LabelledPicture, page: Page, karyotype: Karyotype) -> _Read:
    reading, true = reader.read(page).reading, true_copies(karyotype)
    abnormal = item.label is Label.ABNORMAL
    if reading is None:
        return _Read(item.case_id, abnormal, np.zeros(len(true), np.bool_), None, wrong=False, score=1.0)
    said = conclude(reading, reader.card.findings)
    right = np.equal(reading.counts.argmax(axis=1), true)
    suggested = said.suggestion.iscn
    return _Read(item.case_id, abnormal, right, suggested, bool(suggested and not right.all()), 1.0 - said.normal)


def _area(read: list[_Read], case: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, Any]:
    abnormal, score = np.array([one.abnormal for one in read]), np.array([one.score for one in read])
    table = Outcomes(abnormal, score > 1 - score, score < 0, score, score, case)
    return {"auc": area_under_curve(abnormal, score, np.ones(len(read))), "auc_interval": auc_interval(table)}
