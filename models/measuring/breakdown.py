"""How a model does on each kind of abnormality, and on changes of structure of each size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.chromosomes import CHROMOSOMES
from models.counts import miscount_probability, miscounted
from models.judging.uncertainty import Label
from models.measuring.copy_numbers import true_copies
from models.measuring.evaluation import JudgedPicture
from models.measuring.intervals import Interval, auc_interval, share_interval
from models.measuring.metrics import Mask, Outcomes, area_under_curve
from models.simulation.karyotypes.karyotype import Karyotype, Kind
from models.simulation.karyotypes.sizes import largest_change

SIZES = ((0.05, "below 5 %"), (0.10, "5 to 10 %"), (0.25, "10 to 25 %"), (0.50, "25 to 50 %"), (np.inf, "above 50 %"))
"""Share of the chromosome arm, up to but not including the first number."""

_RESAMPLES = 500  # for some fifty rows


@dataclass(frozen=True)
class Row:
    """Some abnormal karyograms against all normal ones.

    ``kind`` is empty for all kinds of changes of structure together, ``size`` for all sizes. ``auc`` is against the
    normal ones. ``flagged`` is the share that triage did not screen out, ``named`` the share of which a finding names a
    changed chromosome (``None`` if none of the 24 is changed). ``chance``: the interval of the area reaches down to
    0.5, so that these karyograms do not show that the model sees them at all. ``auc_numbers`` is the area by the
    probability of a wrong number alone, ``None`` where no number is wrong. Intervals are 95 %, by case.
    """

    kind: str
    size: str
    n: int
    auc: float
    auc_interval: Interval
    flagged: float
    flagged_interval: Interval
    named: float | None
    chance: bool
    auc_numbers: float | None
    auc_numbers_interval: Interval | None


@dataclass(frozen=True)
class Breakdown:
    """Rows ``by_kind``, ``by_size`` of all changes of structure, and ``by_kind_and_size`` of these."""

    by_kind: tuple[Row, ...] = ()
    by_size: tuple[Row, ...] = ()
    by_kind_and_size: tuple[Row, ...] = ()


def breakdown(judged: Sequence[JudgedPicture], outcomes: Outcomes) -> Breakdown:
    """Compare each kind of abnormal karyograms, and each size of change, with the normal ones.

    Args:
        judged: the judged pictures; abnormal ones whose karyotype is not known are in no row.
        outcomes: the same pictures in the same order.

    Returns:
        No row where no picture is normal, or no karyotype of an abnormal one is known.
    """
    if outcomes.abnormal.all():
        return Breakdown()
    known = [item.picture.karyotype if item.picture.label is Label.ABNORMAL else None for item in judged]
    kinds = np.array([karyotype.kind.value if karyotype else "" for karyotype in known])
    sizes = np.array([_size(karyotype) if karyotype else "" for karyotype in known])

    by_numbers = replace(outcomes, score=np.array([miscount_probability(item.prediction.copies) for item in judged]))

    def rows(groups: Iterable[tuple[str, str, Mask]]) -> tuple[Row, ...]:
        return tuple(_row(*group, judged, outcomes, by_numbers=by_numbers) for group in groups if group[-1].any())

    return Breakdown(
        by_kind=rows((kind.value, "", kinds == kind.value) for kind in Kind),
        by_size=rows(("", size, sizes == size) for _, size in SIZES),
        by_kind_and_size=rows(
            (kind.value, size, (kinds == kind.value) & (sizes == size)) for kind in Kind for _, size in SIZES
        ),
    )


def changed_chromosomes(karyotype: Karyotype) -> frozenset[str]:
    """Return the chromosomes, among the 24, that are gained, lost or changed in structure."""
    numbers = {*karyotype.gained, *karyotype.lost} & set(CHROMOSOMES)
    return frozenset(numbers | {name for name in CHROMOSOMES if karyotype.changed(name)})


def _size(karyotype: Karyotype) -> str:
    share = largest_change(karyotype)
    return "" if share is None else next(size for below, size in SIZES if share < below)


def _row(
    kind: str, size: str, chosen: Mask, judged: Sequence[JudgedPicture], outcomes: Outcomes, *, by_numbers: Outcomes
) -> Row:
    against = chosen | ~outcomes.abnormal
    table = outcomes.where(against)
    low, high = auc_interval(table, _RESAMPLES)
    abnormal = [item for item, kept in zip(judged, chosen, strict=True) if kept]
    numbers = None
    if any(miscounted(true_copies(item.picture.karyotype)) for item in abnormal if item.picture.karyotype):
        numbers = by_numbers.where(against)
    return Row(
        kind=kind,
        size=size,
        n=int(chosen.sum()),
        auc=_area(table),
        auc_interval=(low, high),
        flagged=float(np.mean(~outcomes.screened[chosen])),
        flagged_interval=share_interval(~outcomes.screened, chosen, outcomes.case, _RESAMPLES),
        named=_named(abnormal),
        chance=bool(low <= 0.5),
        auc_numbers=None if numbers is None else _area(numbers),
        auc_numbers_interval=None if numbers is None else auc_interval(numbers, _RESAMPLES),
    )


def _area(table: Outcomes) -> float:
    return area_under_curve(table.abnormal, table.score, np.ones(table.score.size))


def _named(judged: Sequence[JudgedPicture]) -> float | None:
    changed = [(item, changed_chromosomes(item.picture.karyotype)) for item in judged if item.picture.karyotype]
    right = [any(f.chromosome in names for f in item.prediction.findings) for item, names in changed if names]
    return float(np.mean(right)) if right else None
