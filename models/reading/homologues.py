"""Homologues compared: the two of each pair side by side, by size and by banding profile.

Deletions, translocations and isochromosomes leave the numbers as they are; what tells is that a chromosome does not
look like its homologue. How different two sound ones look depends on the page, so the page's own differences are told
too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.reading.crops import Objects
from models.reading.evidence import Looks
from models.reading.profiles import POINTS, profile

FACTS = 10
_SINGLE = 0.6  # least probability that an object is a single chromosome
_TURNED = 0.1  # by how much more alike the second must be upside down
_WIDE = 16.0
_SCALES = np.array([3.0, 5.0, 3.0, 6.0, 10.0, 1.0, 1.0, 2.0, 1.0, 0.5])  # that make facts about as large as each other
_TOLD = 0.15  # a smaller difference in size is not worth a word

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """The p pairs of a page, or of many.

    ``places``: (p,), which of ``CHROMOSOMES`` they are. ``objects``: (p, 2), their numbers on the page. ``profiles``:
    (p, 2, ``POINTS``, 2), bands and widths of both, the second turned round where it is more like the first that way.
    ``facts``: (p, ``FACTS``), differences of the logarithms of area, length and ink, the page's median differences of
    area and length, how probably the less and the more certain of the two is this chromosome by looks, ``likeness``,
    and size. ``lengths`` and ``areas``: (p, 2), in pixels of the crop and as of ``Objects``. ``likeness``: (p,),
    correlation of the bands.
    """

    places: NDArray[np.int64]
    objects: NDArray[np.int64]
    profiles: NDArray[np.float32]
    facts: NDArray[np.float32]
    lengths: Floats
    areas: Floats
    likeness: Floats

    def __len__(self) -> int:
        return len(self.places)

    @property
    def inputs(self) -> dict[str, NDArray[np.generic]]:
        """What the network that compares them takes; see ``models.networks.pair_network``."""
        first, second = self.profiles[:, 0], self.profiles[:, 1]
        return {"first": first, "second": second, "facts": self.facts, "place": self.places.astype(np.int32)}


@dataclass(frozen=True)
class Homologues:
    """The pairs of a page compared: ``changed`` is, (T, p), how probably one of the two is changed, in each pass."""

    pairs: Pairs
    changed: NDArray[np.float32]

    def by_chromosome(self) -> NDArray[np.float32]:
        """Return the probability of a change of each of ``CHROMOSOMES``, (T, 24); zero where no pair was compared."""
        found = np.zeros((len(self.changed), len(CHROMOSOMES)), np.float32)
        found[:, self.pairs.places] = self.changed
        return found

    def in_words(self) -> dict[str, str]:
        """Say of each chromosome that was compared how its homologues differ."""
        return {CHROMOSOMES[place]: _words(self.pairs, index) for index, place in enumerate(self.pairs.places)}


def pair_up(objects: Objects, kinds: NDArray[np.int64], looks: Looks) -> Pairs:
    """Find the chromosomes of which exactly two stand on a page, each by itself, and measure them.

    Args:
        objects: of the page.
        kinds: (n,), what each object is; see ``models.reading.reader.Reading``.
        looks: the mean of what the crop network says of them.
    """
    single = looks.copies[0, :, 0] > _SINGLE
    found = [(place, *np.flatnonzero((kinds == place) & single)) for place in range(len(CHROMOSOMES))]
    pairs = np.array([pair for pair in found if len(pair) == 3], np.int64).reshape(-1, 3)
    places, both = pairs[:, 0], pairs[:, 1:]
    seen = profile(objects.crops[both.ravel()])
    shown = np.stack([seen.bands, seen.widths / _WIDE], axis=2).reshape(-1, 2, POINTS, 2)
    lengths, masses = seen.lengths.reshape(-1, 2), seen.masses.reshape(-1, 2)
    straight, turned = _likeness(shown[:, 0], shown[:, 1]), _likeness(shown[:, 0], shown[:, 1, ::-1])
    shown[:, 1] = np.where((turned > straight + _TURNED)[:, None, None], shown[:, 1, ::-1], shown[:, 1])
    areas, sure = objects.areas[both], looks.classes[0, both, places[:, None]]
    differences = [_apart(areas), _apart(lengths + 1), _apart(masses + 1)]
    usual = [np.full(len(pairs), np.median(one) if len(one) else 0.0) for one in differences[:2]]
    likeness = _likeness(shown[:, 0], shown[:, 1])
    size = [np.log(areas).mean(axis=1), np.log(lengths.sum(axis=1) + 1)]
    facts = np.stack([*differences, *usual, sure.min(axis=1), sure.max(axis=1), likeness, *size], axis=1) * _SCALES
    return Pairs(places, both, shown.astype(np.float32), facts.astype(np.float32), lengths, areas, likeness)


def joined(parts: Sequence[Pairs]) -> Pairs:
    """Put the pairs of several pages behind each other."""
    return Pairs(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Pairs)))


def _apart(sizes: Floats) -> Floats:
    """Return how far apart the logarithms of two sizes are, (p, 2) -> (p,)."""
    apart: Floats = np.abs(np.diff(np.log(sizes), axis=1))[:, 0]
    return apart


def _likeness(first: Floats, second: Floats) -> Floats:
    """Return the correlation of the bands of profiles, (p, ``POINTS``, 2) each -> (p,)."""
    a, b = (values[..., 0] - values[..., 0].mean(axis=1, keepdims=True) for values in (first, second))
    likeness: Floats = (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1) + 1e-6)
    return likeness


def _words(pairs: Pairs, index: int) -> str:
    shorter, smaller = (1.0 - sizes[index].min() / sizes[index].max() for sizes in (pairs.lengths + 1, pairs.areas))
    if shorter >= _TOLD:
        return f"one homologue shorter by {shorter:.0%}".replace("%", " %")
    if smaller >= _TOLD:
        return f"one homologue smaller by {smaller:.0%}".replace("%", " %")
    return "the band patterns of the homologues differ"
