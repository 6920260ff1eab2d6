"""Preparing pages for a model by the name on its card, and reading them for those that judge with the reader."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.card import Card, CardError
from models.preparation import framing, packing
from models.preparation.preparations import PREPARATIONS, Placement
from models.reading import arranging
from models.reading.reader import Reading
from models.registry import Registry, WeightsHashError

if TYPE_CHECKING:
    from models.predicting.page_reader import PageReader

WAYS: Mapping[str, str] = MappingProxyType({"framed": framing.NAME, "packed": packing.NAME, "arranged": arranging.NAME})
"""The names that a model's card may give, by the word for what a page is then."""

NAMES = tuple(WAYS.values())

BEST = arranging.NAME
"""What new networks are trained on, unless it is said otherwise."""

Page = NDArray[np.uint8]


class Preparer:
    """One way to prepare pages, with all that it needs; several threads may use it.

    ``reads``: whether ``read`` tells what was read.
    """

    def __init__(self, name: str, registry: Registry, *, reads: bool = False, precision: str = "auto") -> None:
        """Load the reader, if it is needed.

        Args:
            name: one of ``NAMES``.
            registry: where the reader is stored.
            reads: whether ``read`` tells what was read.
            precision: of the reader, "auto", "float32" or "bfloat16".

        Raises:
            ValueError: there is no such way, or no such precision.
            ReaderCardError: the card of the reader is damaged.
            WeightsHashError: the weights of the reader are missing or not those of its card.
        """
        if name not in NAMES:
            raise ValueError(f"preprocessing must be one of {', '.join(map(repr, NAMES))}, got {name!r}")
        self._arranges = name == arranging.NAME
        self.reads = reads
        self._reader = _reader(registry, precision) if reads or self._arranges else None
        self._how = self._reader.arrange if self._reader and self._arranges else PREPARATIONS[name]

    @classmethod
    def for_card(cls, card: Card, registry: Registry, precision: str = "auto") -> Preparer:
        """Return the way in which pages are prepared for a model.

        Args:
            card: of the model.
            registry: where the reader is stored.
            precision: of the reader, "auto", "float32" or "bfloat16".

        Raises:
            CardError: it asks for a preparation that this version does not have.
            ReaderCardError: the card of the reader is damaged.
            WeightsHashError: the reader is missing, or not the one with which the model was trained.
        """
        if card.preprocessing not in NAMES:
            known = ", ".join(map(repr, NAMES))
            raise CardError(f"{card.name}: preprocessing must be one of {known}, got {card.preprocessing!r}")
        reads = bool(card.reader_sha256) or card.preprocessing == arranging.NAME
        found = registry.reader()[0].weights_sha256 if reads else ""
        if found != card.reader_sha256:
            raise WeightsHashError(
                f"{card.name}: reader must be {card.reader_sha256!r} as on the card, got {found!r}; "
                f"python -m models card {card.name} --renew calibrates the model with it"
            )
        return cls(card.preprocessing, registry, reads=reads, precision=precision)

    def prepare(self, page: Page, size: int) -> tuple[Page, Placement]:
        """Prepare a page.

        Args:
            page: grey page, (height, width), dark chromosomes on a lighter background.
            size: side of the picture in pixels.

        Returns:
            The picture, (size, size), black chromosomes on white (255), and where on it the parts of the page lie.

        Raises:
            ValueError: ``page`` is not a two-dimensional array of bytes, or ``size`` is not positive.
        """
        _check(page, size)
        return self._how(page, size)

    def read(self, page: Page, size: int, passes: int) -> tuple[Page, Placement, Reading | None]:
        """Prepare a page, and tell what was read for it.

        Args:
            page: as for ``prepare``.
            size: likewise.
            passes: T, in which it is read.

        Returns:
            The picture and the placement of ``prepare``, and the reading: ``None`` where pages are not read, or one
            shows nothing to read.

        Raises:
            ValueError: as for ``prepare``.
        """
        _check(page, size)
        if not self.reads or self._reader is None:
            return *self._how(page, size), None
        found = self._reader.read(page, passes)
        shown = self._reader.show(found, size) if self._arranges else self._how(page, size)
        return *shown, found.reading


def _check(page: Page, size: int) -> None:
    if page.ndim != 2 or page.dtype != np.uint8:
        raise ValueError(f"page must be a grey picture (height, width) of uint8, got {page.shape} of {page.dtype}")
    if size <= 0:
        raise ValueError(f"size must be positive, got {size}")


def _reader(registry: Registry, precision: str) -> PageReader:
    # late: the other ways need no network
    from models.predicting.page_reader import PageReader

    return PageReader.load(registry, precision)
