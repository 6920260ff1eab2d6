"""How often a count of chromosomes has one too few or one too many, and what is left of its sureness then. NumPy only.

A reader that overlooks a small chromosome does not know it, and is sure of what it sees. How often that happens to each
chromosome is fitted on pages whose truth is known, and mixed into what the reader says before anybody believes it: as a
mixture of three, "as seen", "one more than seen" and "one fewer". Source: Dempster, Laird and Rubin 1977 (EM).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES

Floats = NDArray[np.floating]

_NONE = (0.0,) * len(CHROMOSOMES)
_PAGES = 100.0
"""So many pages with the share of all chromosomes are added to those of each: few pages tell little of one of them."""

_ROUNDS = 100


@dataclass(frozen=True)
class Oversights:
    """Shares of pages for each of ``CHROMOSOMES``: where one of it is ``missed``, where one more is ``invented``."""

    missed: tuple[float, ...] = _NONE
    invented: tuple[float, ...] = _NONE

    def __post_init__(self) -> None:
        """Refuse what are no shares, one for each chromosome."""
        for name in ("missed", "invented"):
            shares = tuple(map(float, getattr(self, name)))
            if len(shares) != len(CHROMOSOMES) or not all(0.0 <= share < 0.5 for share in shares):
                raise ValueError(f"{name} must be {len(CHROMOSOMES)} shares of at least 0 and below 0.5, got {shares}")
            object.__setattr__(self, name, shares)  # JSON has lists alone

    def corrected(self, copies: Floats) -> NDArray[np.float32]:
        """Return how probable each number is, from how probable it is as seen.

        Args:
            copies: (..., 24, 5) probabilities of 0..4 copies.

        Returns:
            Of the same shape; rows still sum to one.
        """
        missed, invented = (np.array(shares)[:, None] for shares in (self.missed, self.invented))
        mixed = (1 - missed - invented) * copies + missed * _one_more(copies) + invented * _one_fewer(copies)
        return np.asarray(mixed, np.float32)


def fit_oversights(seen: Floats, truths: NDArray[np.integer]) -> Oversights:
    """Return the oversights of highest likelihood, those of each chromosome drawn towards those of all.

    Args:
        seen: (N, 24, 5) probabilities of 0..4 copies on N pages.
        truths: (N, 24) the true numbers, 0..4.

    Raises:
        ValueError: when there is no page, or the shapes do not fit.
    """
    if not len(seen) or truths.shape != seen.shape[:2]:
        raise ValueError(f"expected truths of N pages, (N, 24), got shapes {seen.shape} and {truths.shape}")
    ways = np.stack([seen, _one_more(seen), _one_fewer(seen)])  # (3, N, 24, 5)
    likely = np.take_along_axis(ways, np.minimum(truths, seen.shape[-1] - 1)[None, ..., None], -1)[..., 0] + 1e-9
    shares = np.repeat([[0.98], [0.01], [0.01]], seen.shape[1], axis=1)  # (3, 24)
    for _ in range(_ROUNDS):
        by = shares[:, None] * likely
        happened = (by / by.sum(axis=0)).sum(axis=1)  # (3, 24), in pages
        usual = happened.mean(axis=1, keepdims=True) / len(seen)
        shares = (happened + _PAGES * usual) / (len(seen) + _PAGES)
    return Oversights(*(tuple(np.minimum(one, 0.49).round(5).tolist()) for one in shares[1:]))


def _one_more(copies: Floats) -> Floats:
    """Move what is said of each number to the next one, (..., 5); above the highest there is none."""
    moved = np.zeros_like(copies)
    moved[..., 1:] = copies[..., :-1]
    moved[..., -1] += copies[..., -1]
    return moved


def _one_fewer(copies: Floats) -> Floats:
    return _one_more(copies[..., ::-1])[..., ::-1]
