"""Lessons for the comparison of homologues: the pairs that the reader finds on simulated pages, and which are changed.

The reader itself pairs them up, so that what it takes for a chromosome by mistake is not new to the network later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.datasets.crop_set import CropSet
from models.reading.homologues import Pairs, joined

if TYPE_CHECKING:
    from models.predicting.page_reader import PageReader


@dataclass(frozen=True)
class PairSet:
    """The N pairs of many pages.

    ``changed``: (N,), whether one of the two is. ``invented``: (N,), whether they stand on a page whose karyotype
    occurs in no patient. ``page``: (N,), its number.
    """

    pairs: Pairs
    changed: NDArray[np.bool_]
    invented: NDArray[np.bool_]
    page: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pairs)

    @classmethod
    def find(cls, reader: PageReader, found: CropSet) -> PairSet:
        """Pair up the chromosomes of simulated pages.

        Args:
            reader: of single chromosomes; whatever compares homologues in it is not asked.
            found: the objects of the pages, at least one of which shows something.
        """
        pages = [page for page in range(len(found.changed)) if np.any(found.page == page)]
        return cls.of(((reader.pairs(found.objects(page)), page) for page in pages), found.changed, found.invented)

    @classmethod
    def of(cls, pages: Iterable[tuple[Pairs, int]], changed: NDArray[np.bool_], invented: NDArray[np.bool_]) -> PairSet:
        """Put the pairs of pages together with the truth, by page: (P, 24) and (P,)."""
        parts = list(pages)
        numbers = np.repeat(np.array([page for _, page in parts], np.int64), [len(pairs) for pairs, _ in parts])
        pairs = joined([pairs for pairs, _ in parts])
        return cls(pairs, changed[numbers, pairs.places], invented[numbers], numbers)
