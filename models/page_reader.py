"""The reader, ready to read pages: objects, the crop network under MC-Dropout, and decoding in page order."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.networks.crop_network import build_crop_network
from models.networks.crop_passes import CropPasses
from models.networks.devices import building_in, choose_precision
from models.networks.weights import read_weights
from models.preparation.placing import Placing
from models.reading.arranging import arrange
from models.reading.card import ReaderCard
from models.reading.crops import HEIGHT, WIDTH, Objects, find_objects
from models.reading.evidence import Looks
from models.reading.layouts import layouts
from models.reading.reader import Reading, read
from models.registry import Registry

_MOST_OBJECTS = 300


@dataclass(frozen=True)
class PageReading:
    """The objects of a page and what they are; ``reading`` is ``None`` where there is none, or far too many."""

    objects: Objects
    reading: Reading | None


class PageReader:
    """The reader in memory. What it says of a page depends on the page alone; several threads may ask it."""

    def __init__(self, card: ReaderCard, passes: CropPasses) -> None:
        """Use ``load`` instead, which rebuilds the network and checks its weights."""
        self.card = card
        self._passes = passes
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
            network = build_crop_network(HEIGHT, WIDTH)
        read_weights(network, weights)
        return cls(card, CropPasses(network, card.seed))

    def read(self, page: NDArray[np.uint8], passes: int | None = None) -> PageReading:
        """Read a page. What each object is, and the numbers by the mean, do not depend on the number of passes.

        Args:
            page: grey page, (height, width), dark chromosomes on a lighter background.
            passes: T, at least 1; the card's number if left out.
        """
        objects, passes = find_objects(page), passes or self.card.passes
        if not 0 < len(objects) <= _MOST_OBJECTS:
            return PageReading(objects, None)
        looks = self._look(objects, max(passes, self.card.passes))
        usual = looks.first(self.card.passes)
        return PageReading(objects, read(objects, looks.first(passes), self.card.measures, layouts(), usual=usual))

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

    def _look(self, objects: Objects, passes: int) -> Looks:
        with self._turn:
            said = self._passes.predict(objects.crops, passes)
        return Looks(said.classes, said.copies)
