"""A page read: which chromosomes it shows in which numbers, how sure that is, and what each object is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.reading.crops import Objects
from models.reading.decoding import Floats, Numbers, decode
from models.reading.evidence import Looks, Measures, weigh
from models.reading.layouts import Layouts


@dataclass(frozen=True)
class Reading:
    """What a page shows, of ``CHROMOSOMES`` in their order.

    ``layout``: name of the likeliest one. ``counts``: (24, 5), how probable each number is, by the mean of the passes.
    ``numbers``: (T, 24), the likeliest number in each pass. ``normal``: (T,), how probable a normal set is.
    ``which``: (n, 24), how probable each object is each chromosome; the rest is junk.
    """

    layout: str
    counts: Floats
    numbers: NDArray[np.int8]
    normal: Floats
    which: Floats


def read(objects: Objects, looks: Looks, measures: Measures, known: Layouts) -> Reading:
    """Read a page.

    Args:
        objects: of the page, at least one.
        looks: what the crop network says of them.
        measures: of the reader.
        known: layouts and priors.
    """
    mean = looks.mean()
    tried = [_decode(objects, mean, measures, known, order) for order in known.orders]
    best = int(np.argmax([float(found.log_weight[0]) for found in tried] + np.log(known.shares)))
    order, found = known.orders[best], tried[best]
    passes = _decode(objects, looks, measures, known, order)
    back = np.argsort(order)
    numbers = passes.counts[:, back].argmax(axis=2).astype(np.int8)
    return Reading(
        known.names[best], found.counts[0, back], numbers, _normal(passes.counts[:, back]), found.which[0][:, back]
    )


def _decode(objects: Objects, looks: Looks, measures: Measures, known: Layouts, order: NDArray[np.int64]) -> Numbers:
    """Decode with each factor of the prior, and put them together."""
    evidence = weigh(objects, looks, measures, order)
    parts = [
        decode(evidence, np.broadcast_to(prior[order], (len(evidence.junk), *prior.shape))) for prior in known.priors
    ]
    logs = np.stack([part.log_weight for part in parts])  # (H, T)
    log_weight = np.logaddexp.reduce(logs, axis=0)
    shares = np.exp(logs - log_weight)
    counts = np.einsum("ht,htck->tck", shares, np.stack([part.counts for part in parts]))
    which = np.einsum("ht,htnc->tnc", shares, np.stack([part.which for part in parts]))
    return Numbers(log_weight, counts, which)


def _normal(counts: Floats) -> Floats:
    """Return how probable two of each autosome and XX or XY are, as if numbers did not depend on each other, (T,)."""
    x, y = CHROMOSOMES.index("X"), CHROMOSOMES.index("Y")
    sexes = counts[:, x, 2] * counts[:, y, 0] + counts[:, x, 1] * counts[:, y, 1]
    normal: Floats = counts[:, :x, 2].prod(axis=1) * sexes
    return normal
