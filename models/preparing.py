"""Preparing pages for a model by the name on its card, with the reader where chromosomes are to be arranged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.card import Card, CardError
from models.preparation.preparations import PREPARATIONS, Placement
from models.reading import arranging
from models.reading.reader import Reading
from models.registry import Registry, WeightsHashError

if TYPE_CHECKING:
    from models.page_reader import PageReader

NAMES = (*PREPARATIONS, arranging.NAME)
"""The names that a model's card may give."""

BEST = arranging.NAME
"""What new networks are trained on."""

Page = NDArray[np.uint8]


class Preparer:
    """One way to prepare pages, with all that it needs; several threads may use it."""

    def __init__(self, name: str, registry: Registry) -> None:
        """Load the reader, if this way needs it.

        Args:
            name: one of ``NAMES``.
            registry: where the reader is stored.

        Raises:
            ValueError: there is no such way.
            ReaderCardError: the card of the reader is damaged.
            WeightsHashError: the weights of the reader are missing or not those of its card.
        """
        if name not in NAMES:
            raise ValueError(f"preprocessing must be one of {', '.join(map(repr, NAMES))}, got {name!r}")
        self._reader = _reader(registry) if name == arranging.NAME else None
        self._how = PREPARATIONS[name] if self._reader is None else self._reader.arrange

    @classmethod
    def for_card(cls, card: Card, registry: Registry) -> Preparer:
        """Return the way in which pages are prepared for a model.

        Args:
            card: of the model.
            registry: where the reader is stored.

        Raises:
            CardError: it asks for a preparation that this version does not have.
            ReaderCardError: the card of the reader is damaged.
            WeightsHashError: the reader is missing, or not the one with which the model was trained.
        """
        if card.preprocessing not in NAMES:
            known = ", ".join(map(repr, NAMES))
            raise CardError(f"{card.name}: preprocessing must be one of {known}, got {card.preprocessing!r}")
        found = reader_of(card.preprocessing, registry)
        if found != card.reader_sha256:
            raise WeightsHashError(f"{card.name}: reader must be {card.reader_sha256!r} as on the card, got {found!r}")
        return cls(card.preprocessing, registry)

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
            The picture and the placement of ``prepare``, and the reading: ``None`` where this way needs none, or the
            page shows nothing to read.

        Raises:
            ValueError: as for ``prepare``.
        """
        _check(page, size)
        if self._reader is None:
            return *self._how(page, size), None
        found = self._reader.read(page, passes)
        return *self._reader.show(found, size), found.reading


def _check(page: Page, size: int) -> None:
    if page.ndim != 2 or page.dtype != np.uint8:
        raise ValueError(f"page must be a grey picture (height, width) of uint8, got {page.shape} of {page.dtype}")
    if size <= 0:
        raise ValueError(f"size must be positive, got {size}")


def reader_of(name: str, registry: Registry) -> str:
    """Return the SHA-256 of the weights of the reader that a way to prepare pages needs; empty where it needs none.

    Raises:
        ReaderCardError: the card of the reader is damaged.
        WeightsHashError: the weights are missing or not those of its card.
    """
    return registry.reader()[0].weights_sha256 if name == arranging.NAME else ""


def _reader(registry: Registry) -> PageReader:
    # late: the other ways need no network
    from models.page_reader import PageReader

    return PageReader.load(registry)
