"""How often a model counts the chromosomes right, and whether its findings speak up when they should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.counts import COPY_NUMBERS
from models.judging.uncertainty import Label
from models.measuring.evaluation import JudgedPicture
from models.measuring.intervals import RESAMPLES, Interval, share_interval
from models.measuring.metrics import Mask
from models.simulation.karyotypes.karyotype import Karyotype


@dataclass(frozen=True)
class Share:
    """A share, 0..1, of ``n``, with its 95 % interval by case; all NaN where there is none."""

    n: int
    share: float
    interval: Interval


@dataclass(frozen=True)
class CopyNumbers:
    """Shares of right numbers among karyograms whose karyotype is known.

    ``autosomes`` counts each of the 22 on each karyogram, ``x`` and ``y`` one each, ``all_24`` whole karyograms with
    every number right. ``by_chromosome`` is in the order of ``CHROMOSOMES``. ``findings``: the share of the karyograms
    with a finding, which on normal ones should be none.
    """

    autosomes: Share
    x: Share
    y: Share
    all_24: Share
    by_chromosome: dict[str, float]
    findings: Share


def copy_numbers(
    judged: Sequence[JudgedPicture], case: NDArray[np.int64], resamples: int = RESAMPLES
) -> dict[str, CopyNumbers]:
    """Compare the likeliest numbers with the true ones, apart for ``normal`` and ``abnormal`` karyograms.

    Args:
        judged: the judged pictures; those whose karyotype is not known are left out.
        case: (N,) the numbers of their cases.
        resamples: of the cases, for the intervals.

    Returns:
        Nothing for a label that no known karyotype has.
    """
    found = {}
    for label in Label:
        chosen = [i for i, item in enumerate(judged) if item.picture.karyotype and item.picture.label is label]
        if chosen:
            found[label.value] = _compared([judged[index] for index in chosen], case[chosen], resamples)
    return found


def true_copies(karyotype: Karyotype) -> NDArray[np.int64]:
    """Return how often each chromosome is there, (24,), at most the 4 that the findings head can tell."""
    counted = Counter(chromosome.place for chromosome in karyotype.chromosomes)
    return np.array([min(counted[name], COPY_NUMBERS - 1) for name in CHROMOSOMES])


def _compared(judged: Sequence[JudgedPicture], case: NDArray[np.int64], resamples: int) -> CopyNumbers:
    said = np.stack([item.prediction.copies.argmax(axis=-1) for item in judged])  # (n, 24)
    true = np.stack([true_copies(item.picture.karyotype) for item in judged if item.picture.karyotype])
    right = said == true
    autosomes = right[:, : len(AUTOSOMES)]
    with_findings = np.array([bool(item.prediction.findings) for item in judged])
    return CopyNumbers(
        autosomes=_share(autosomes.ravel(), np.repeat(case, autosomes.shape[1]), resamples),
        x=_share(right[:, CHROMOSOMES.index("X")], case, resamples),
        y=_share(right[:, CHROMOSOMES.index("Y")], case, resamples),
        all_24=_share(right.all(axis=1), case, resamples),
        by_chromosome=dict(zip(CHROMOSOMES, right.mean(axis=0).tolist(), strict=True)),
        findings=_share(with_findings, case, resamples),
    )


def _share(part: Mask, case: NDArray[np.int64], resamples: int) -> Share:
    interval = share_interval(part, np.ones_like(part), case, resamples)
    return Share(part.size, float(part.mean()), interval)
