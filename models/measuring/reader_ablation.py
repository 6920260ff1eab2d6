"""What each part of the reader is worth, and what it is worth beside a network that sees the whole picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import AUTOSOMES
from models.counts import miscount_probability
from models.datasets.labels import LabelledPicture, Page
from models.measuring.copy_numbers import true_copies
from models.measuring.intervals import Interval, auc_interval, share_interval
from models.measuring.metrics import Outcomes, area_under_curve
from models.reading.crops import Objects
from models.reading.evidence import Looks, Measures
from models.reading.layouts import Layouts, layouts
from models.reading.reader import read

if TYPE_CHECKING:
    from models.predicting.page_reader import PageReader
    from models.predicting.predictor import Predictor

_PASSES = 100
_SEXES = slice(len(AUTOSOMES), None)
_USUAL = (2, 0), (1, 1)  # of X and Y


@dataclass(frozen=True)
class Said:
    """What one way of judging says of a page.

    ``numbers``: (24,), of each chromosome; ``None`` where it names none of its own. ``miscount``: how much speaks for a
    number that is not normal, higher is more. ``change``: likewise for a changed structure.
    """

    numbers: NDArray[np.int64] | None
    miscount: float
    change: float


@dataclass(frozen=True)
class Result:
    """One way of judging on N pages.

    ``exact``: share with all 24 numbers right. ``sexes``: with X and Y right; NaN where no numbers are named.
    ``numerical`` and ``structural``: area under the curve of pages with a wrong number, and of those with a changed
    structure alone, against normal ones; NaN where there are none. Intervals are 95 %, by case.
    """

    way: str
    n: int
    exact: float
    exact_interval: Interval
    sexes: float
    numerical: float
    numerical_interval: Interval
    structural: float
    structural_interval: Interval


Seen = tuple[Objects, Looks]
Way = Callable[[Seen], Said]


def ablate_reader(
    reader: PageReader, labelled: Iterable[tuple[LabelledPicture, Page]], model: Predictor | None = None
) -> list[Result]:
    """Judge pages in every way.

    Args:
        reader: of single chromosomes.
        labelled: pages; those whose karyotype is not known are left out.
        model: one whose findings head counts and that judges with the reader, to put beside it.
    """
    ways, truths, cases = _ways(reader), [], []
    said: dict[str, list[Said]] = {}
    for item, page in labelled:
        if item.karyotype is None:
            continue
        truths.append((true_copies(item.karyotype), item.karyotype.abnormal))
        cases.append(item.case_id)
        objects = reader.objects(page)
        seen = objects, reader.look(objects, _PASSES)
        found = {name: way(seen) for name, way in ways.items()} if len(objects) else dict.fromkeys(ways, _nothing())
        found |= _compared(reader, page, found["all of it"])
        for name, one in (found | (_together(model, page) if model else {})).items():
            said.setdefault(name, []).append(one)
    return [_result(name, ones, truths, cases) for name, ones in said.items()]


def table(results: Sequence[Result]) -> str:
    """Write results as a table in Markdown."""
    header = (
        "| | pages | all 24 right | X and Y | wrong number, AUC | changed structure, AUC |\n|---|---|---|---|---|---|\n"
    )
    rows = (
        f"| {one.way} | {one.n} | {_figure(one.exact, one.exact_interval)} | {_figure(one.sexes)} "
        f"| {_figure(one.numerical, one.numerical_interval)} | {_figure(one.structural, one.structural_interval)} |\n"
        for one in results
    )
    return header + "".join(rows)


def _figure(value: float, interval: Interval | None = None) -> str:
    if np.isnan(value):
        return "-"
    return f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f})" if interval else f"{value:.3f}"


def _ways(reader: PageReader) -> dict[str, Way]:
    """Return the whole reader, and readers that lack one thing each."""
    measures, known = reader.card.measures, layouts()
    first = Layouts(known.names[:1], known.orders[:1], known.shares[:1] / known.shares[0], known.priors)
    blind = replace(measures, gap_same=np.full_like(measures.gap_same, 0.5), row_same=0.5)
    return {
        "all of it": _decoding(measures, known),
        "without the order of the page (looks alone)": _by_looks,
        "without other layouts than X and Y last": _decoding(measures, first),
        "without areas": _decoding(replace(measures, area_spread=np.inf), known),
        "without gaps": _decoding(blind, known),
        "one pass": lambda seen: _decoding(measures, known)((seen[0], seen[1].first(1))),
        "ten passes": lambda seen: _decoding(measures, known)((seen[0], seen[1].first(10))),
    }


def _decoding(measures: Measures, known: Layouts) -> Way:
    def way(seen: Seen) -> Said:
        found = read(*seen, measures, known)
        miscount = 1.0 - float(found.normal.mean())
        return Said(found.counts.argmax(axis=1), miscount, miscount)

    return way


def _by_looks(seen: Seen) -> Said:
    """Count every object as what it looks like by itself."""
    looks = seen[1].mean()
    kinds, copies = looks.classes[0].argmax(axis=1), looks.copies[0].argmax(axis=1) + 1
    numbers = np.bincount(kinds, copies, minlength=_SEXES.start + 3)[: _SEXES.start + 2].astype(np.int64)
    away = np.abs(numbers[: _SEXES.start] - 2).sum() + min(np.abs(numbers[_SEXES] - sexes).sum() for sexes in _USUAL)
    return Said(numbers, float(away), float(away))


def _compared(reader: PageReader, page: Page, whole: Said) -> dict[str, Said]:
    """Compare homologues besides."""
    reading = reader.read(page, _PASSES).reading
    change = 0.0 if reading is None else float(reading.changed.mean())
    return {"all of it, and homologues compared": replace(whole, change=change)}


def _together(model: Predictor, page: Page) -> dict[str, Said]:
    """Judge by the network that sees the whole picture, by the reader, and by both, weighed as its card says."""
    said = model.predict([page], _PASSES)[0]
    both, network, name = said.measures.calibrated_probability, said.network_copies.mean(axis=0), model.card.name
    alone, together = float(miscount_probability(said.network_copies).mean()), float(said.miscounts.mean())
    return {
        f"{name} alone": Said(network.argmax(axis=1), alone, float(said.raw_probabilities.mean())),
        f"{name} and the reader, counts pooled": Said(said.copies.argmax(axis=1), together, together),
        f"{name} and the reader, calibrated": Said(said.copies.argmax(axis=1), both, both),
    }


def _nothing() -> Said:
    return Said(np.zeros(_SEXES.start + 2, np.int64), 1.0, 1.0)


def _result(
    name: str, said: Sequence[Said], truths: Sequence[tuple[NDArray[np.int64], bool]], cases: Sequence[str]
) -> Result:
    case = np.unique(np.array(cases), return_inverse=True)[1]
    true, abnormal = np.stack([numbers for numbers, _ in truths]), np.array([abnormal for _, abnormal in truths])
    usual = np.any([(true[:, _SEXES] == sexes).all(axis=1) for sexes in _USUAL], axis=0)
    numerical = (true[:, : _SEXES.start] != 2).any(axis=1) | ~usual
    miscount, change = (np.array([getattr(one, what) for one in said]) for what in ("miscount", "change"))
    return Result(
        name,
        len(said),
        *_right(said, true, case),
        *_area(numerical, miscount, case, numerical | ~abnormal),
        *_area(abnormal, change, case, ~numerical),
    )


def _right(said: Sequence[Said], true: NDArray[np.int64], case: NDArray[np.int64]) -> tuple[float, Interval, float]:
    """Return the share with all numbers right with its interval, and that with X and Y right."""
    named = [one.numbers for one in said if one.numbers is not None]
    if len(named) < len(said):
        return float("nan"), (float("nan"), float("nan")), float("nan")
    right = np.equal(np.stack(named), true)
    exact: NDArray[np.bool_] = np.all(right, axis=1)
    share = float(exact.mean()), share_interval(exact, np.ones(len(said), np.bool_), case)
    return *share, float(right[:, _SEXES].all(axis=1).mean())


def _area(
    positive: NDArray[np.bool_], score: NDArray[np.float64], case: NDArray[np.int64], among: NDArray[np.bool_]
) -> tuple[float, Interval]:
    positive, score, case = positive[among], score[among], case[among]
    if positive.all() or not positive.any():
        return float("nan"), (float("nan"), float("nan"))
    outcomes = Outcomes(positive, score > np.inf, score < -np.inf, score, score, case)
    return area_under_curve(positive, score, np.ones(len(score))), auc_interval(outcomes)
