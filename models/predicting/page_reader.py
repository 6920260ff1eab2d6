"""The reader, ready to read pages: segmentation, crops under MC-Dropout, decoding in page order, homologues."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from models.networks.devices import building_in, choose_precision
from models.networks.weights import read_weights
from models.predicting.reader_networks import ReaderNetworks
from models.predicting.segmenter import Segmenter
from models.preparation.placing import Placing
from models.reading.arranging import arrange
from models.reading.card import ReaderCard
from models.reading.crops import Objects, find_objects
from models.reading.evidence import Looks
from models.reading.homologues import Homologues, Pairs, pair_up
from models.reading.layouts import layouts
from models.reading.reader import Reading, read
from models.registry import Registry

_MOST_OBJECTS = 300


@dataclass(frozen=True)
class PageReading:
    """The objects of a page and what they are; ``reading`` is ``None`` where there is none, or far too many.

    Of far too many there are no crops.
    """

    objects: Objects
    reading: Reading | None


class PageReader:
    """The reader in memory. What it says of a page depends on the page alone; several threads may ask it."""

    def __init__(self, card: ReaderCard, networks: ReaderNetworks) -> None:
        """Use ``load`` instead, which rebuilds the networks and checks their weights."""
        self.card, self._segmenter = card, Segmenter(networks.segmentation)
        self._crops, self._pairs = networks.crop_passes(card.seed), networks.pair_passes(card.seed)
        self._turn = threading.Lock()

    @classmethod
    def load(cls, registry: Registry, precision: str = "auto") -> PageReader:
        """Rebuild the reader from code, its card and its weights.

        Args:
            registry: where it is stored.
            precision: "auto", "float32" or "bfloat16"; see ``models.networks.devices.choose_precision``.

        Raises:
            ReaderCardError: when its card is damaged.
            WeightsHashError: when the weights are missing or not those of the card.
            ValueError: for an unknown precision.
        """
        card, weights = registry.reader()
        with building_in(choose_precision(precision)):
            networks = ReaderNetworks.build()
        read_weights(networks.joined(), weights)
        return cls(card, networks)

    def read(self, page: NDArray[np.uint8], passes: int | None = None) -> PageReading:
        """Read a page. What each object is, and the numbers by the mean, do not depend on the number of passes.

        Args:
            page: grey page, (height, width), dark chromosomes on a lighter background.
            passes: T, at least 1; the card's number if left out.
        """
        objects, passes = find_objects(page, self._segmenter, _MOST_OBJECTS), passes or self.card.passes
        if not 0 < len(objects) <= _MOST_OBJECTS:
            return PageReading(objects, None)
        found, usual = self._decode(objects, passes)
        homologues = self._compare(pair_up(objects, found.kinds, usual), passes)
        return PageReading(objects, replace(found, homologues=homologues))

    def objects(self, page: NDArray[np.uint8]) -> Objects:
        """Find the objects of a page, (height, width), dark chromosomes on a lighter background."""
        return find_objects(page, self._segmenter)

    def look(self, objects: Objects, passes: int) -> Looks:
        """Return what the crop network says of objects in the first ``passes`` of its sub-networks."""
        with self._turn:
            said = self._crops.logits({"crops": objects.crops}, passes)
        return Looks(softmax(said["classes"], axis=-1), softmax(said["copies"], axis=-1))

    def pairs(self, objects: Objects) -> Pairs:
        """Return the pairs of homologues on a page, not compared yet.

        Args:
            objects: of the page, at least one.
        """
        found, usual = self._decode(objects, 1)
        return pair_up(objects, found.kinds, usual)

    def arrange(self, page: NDArray[np.uint8], size: int) -> tuple[NDArray[np.uint8], Placing]:
        """Show the chromosomes of a page at their fixed places; see ``models.reading.arranging``.

        Args:
            page: grey page, (height, width), dark chromosomes on a lighter background.
            size: side of the picture in pixels.
        """
        return self.show(self.read(page, passes=1), size)

    def show(self, found: PageReading, size: int) -> tuple[NDArray[np.uint8], Placing]:
        """Show the chromosomes of a page that was read at their fixed places; see ``arrange``."""
        kinds = np.zeros(0, np.int64) if found.reading is None else found.reading.kinds
        return arrange(found.objects, kinds, self.card.measures.lengths, size)

    def _decode(self, objects: Objects, passes: int) -> tuple[Reading, Looks]:
        """Read objects, and return besides what the crop network says of them in the mean of the card's passes."""
        looks = self.look(objects, max(passes, self.card.passes))
        usual = looks.first(self.card.passes)
        found = read(objects, looks.first(passes), self.card.measures, layouts(), usual=usual)
        return found, usual.mean()

    def _compare(self, pairs: Pairs, passes: int) -> Homologues:
        with self._turn:
            said = self._pairs.logits(pairs.inputs, passes)
        return Homologues(pairs, expit(said["changed"][..., 0]))
