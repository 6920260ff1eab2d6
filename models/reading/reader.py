"""A page read: which chromosomes it shows in which numbers, how sure that is, and what each object is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.counts import COPY_NUMBERS, miscount_probability
from models.reading.crops import Objects
from models.reading.decoding import Evidence, Floats, Numbers, decode, log_weight
from models.reading.evidence import Looks, Measures, weigh
from models.reading.homologues import Homologues
from models.reading.layouts import Layouts

OTHER = len(CHROMOSOMES)
"""What looks like a chromosome and is none that the order of the page has a place for."""

JUNK = -1
"""What is no chromosome."""

_PROBABLE = 0.5
_PASSES_AT_ONCE = 100  # a thousand would take gigabytes


@dataclass(frozen=True)
class Reading:
    """What a page shows, of ``CHROMOSOMES`` in their order.

    ``layout``: name of the likeliest one. ``boxes``: (n, 4), where the objects stand, as of ``Objects``. ``counts``:
    (24, 5), how probable each number is, by the mean of what is seen in all passes. ``copies``: (T, 24, 5), how
    probable it is in each pass.
    ``which``: (n, 24), how probable each object is each chromosome; the rest is junk. ``kinds``: (n,), what each object
    most probably is: a place in ``CHROMOSOMES``, ``OTHER`` or ``JUNK``. ``recognised``: how probable it is by looks
    alone that the chromosomes are what the order makes of them, their mean, 0..1; low where order imagines things.
    ``homologues``: the pairs compared; ``None`` before they are.
    """

    layout: str
    boxes: Floats
    counts: Floats
    copies: NDArray[np.float32]
    which: Floats
    kinds: NDArray[np.int64]
    recognised: float
    homologues: Homologues | None = None

    @property
    def numbers(self) -> NDArray[np.int8]:
        """The likeliest number of each chromosome in each pass, (T, 24)."""
        numbers: NDArray[np.int8] = self.copies.argmax(axis=2).astype(np.int8)
        return numbers

    @property
    def normal(self) -> Floats:
        """How probable a normal set is, (T,)."""
        return 1.0 - miscount_probability(self.copies)

    @property
    def changed(self) -> NDArray[np.float32]:
        """How probably some chromosome is changed, (T,), as if pairs did not depend on each other; zero if unknown."""
        if self.homologues is None:
            return np.zeros(len(self.normal), np.float32)
        changed: NDArray[np.float32] = 1.0 - np.prod(1.0 - self.homologues.changed, axis=1)
        return changed


def read(objects: Objects, looks: Looks, measures: Measures, known: Layouts, *, usual: Looks | None = None) -> Reading:
    """Read a page.

    Args:
        objects: of the page, at least one.
        looks: what the crop network says of them.
        measures: of the reader.
        known: layouts and priors.
        usual: looks whose mean tells what each object is, so that this does not depend on the number of passes; those
            of all passes if left out.
    """
    mean = (usual or looks).mean()
    evidence, prior = _ways(objects, mean, measures, known, known.orders)
    weights = log_weight(evidence, prior).reshape(len(known.priors), -1)  # (H, L)
    best = int(np.argmax(np.logaddexp.reduce(weights, axis=0) + np.log(known.shares)))
    order = known.orders[best][None]
    found = _decode(objects, mean, measures, known, order)
    parts = looks.parts(_PASSES_AT_ONCE)
    decoded = [_decode(objects, part, measures, known, order, which=False).counts for part in parts]
    back = np.argsort(order[0])
    copies, which = np.concatenate(decoded)[:, back], found.which[0][:, back]
    kinds = _kinds(which, mean.classes[0, :, -1])
    return Reading(
        layout=known.names[best],
        boxes=objects.boxes,
        counts=found.counts[0, back],
        copies=copies.astype(np.float32),
        which=which,
        kinds=kinds,
        recognised=_recognised(kinds, mean.classes[0]),
    )


def _recognised(kinds: NDArray[np.int64], classes: NDArray[np.floating]) -> float:
    """Return how probable it is by looks alone, (n, 25), that chromosomes are what the order makes of them."""
    own = np.flatnonzero((kinds != JUNK) & (kinds != OTHER))
    return float(classes[own, kinds[own]].mean()) if len(own) else 0.0


def _kinds(which: Floats, junk: NDArray[np.floating]) -> NDArray[np.int64]:
    """Say what objects are, from how probable each is each chromosome, (n, 24), and looks like junk, (n,)."""
    kinds: NDArray[np.int64] = np.where(
        which.sum(axis=1) > _PROBABLE, which.argmax(axis=1), np.where(junk < _PROBABLE, OTHER, JUNK)
    )
    return kinds


def _decode(
    objects: Objects,
    looks: Looks,
    measures: Measures,
    known: Layouts,
    orders: NDArray[np.int64],
    *,
    which: bool = True,
) -> Numbers:
    """Decode T looks in L orders, (L * T) ways, with each of the H factors of the prior, and put these together."""
    evidence, prior = _ways(objects, looks, measures, known, orders)
    found = decode(evidence, prior, which=which)
    logs = found.log_weight.reshape(len(known.priors), -1)  # (H, L * T)
    together = np.logaddexp.reduce(logs, axis=0)
    shares = np.exp(logs - together)

    def mixed(values: Floats) -> Floats:
        mean: Floats = np.einsum("hs,hs...->s...", shares, values.reshape(*shares.shape, *values.shape[1:]))
        return mean

    return Numbers(together, mixed(found.counts), mixed(found.which))


def _ways(
    objects: Objects, looks: Looks, measures: Measures, known: Layouts, orders: NDArray[np.int64]
) -> tuple[Evidence, Floats]:
    """Return the evidence of T looks in L orders and the priors, in (H * L * T) ways."""
    evidence, times = weigh(objects, looks, measures, orders), len(known.priors)
    copies, pairs, junk = (np.concatenate([way] * times) for way in (evidence.copies, evidence.pairs, evidence.junk))
    ordered = known.priors[:, orders[..., None], np.arange(COPY_NUMBERS)]  # (H, L, 24, 5)
    prior = np.repeat(ordered.reshape(-1, *ordered.shape[2:]), len(looks.classes), axis=0)
    return replace(evidence, copies=copies, pairs=pairs, junk=junk), prior
