"""Families of looks: what training shows, and how often, and what it never shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

import numpy as np

_F = TypeVar("_F", bound=StrEnum)


class Variety(StrEnum):
    """How much pages differ.

    ``FIXED``: one classic layout, digits, a clean scan: for an ablation. ``WIDE``: every family of training.
    ``HELD_OUT``: only families that training never shows, to test what a network does with the pages of a laboratory
    it has not seen.
    ``MOSAIC``: no pages, but chromosomes packed in any order, scanned as in training.
    """

    FIXED = "fixed"
    WIDE = "wide"
    HELD_OUT = "held_out"
    MOSAIC = "mosaic"


@dataclass(frozen=True)
class Families(Generic[_F]):
    """Families of one side of a page with their shares, 0..1 each, of the pages of training and of those held out."""

    training: Mapping[_F, float]
    held_out: Mapping[_F, float]

    def __post_init__(self) -> None:
        """Check that no family is both shown and held out, and that the shares are shares."""
        if both := set(self.training) & set(self.held_out):
            raise ValueError(f"held_out must share no family with training, got {sorted(both)} in both")
        for name in ("training", "held_out"):
            shares = getattr(self, name)
            if abs(sum(shares.values()) - 1) > 1e-9 or min(shares.values()) <= 0:
                raise ValueError(f"shares of {name} must be above 0 and sum to 1, got {dict(shares)}")
            object.__setattr__(self, name, MappingProxyType(dict(shares)))

    def draw(self, rng: np.random.Generator, variety: Variety) -> _F:
        """Draw a family, each as likely as its share; a fixed page has none to draw.

        Raises:
            ValueError: ``variety`` is ``FIXED``.
        """
        if variety is Variety.FIXED:
            raise ValueError("variety must be wide or held_out to draw a family, got fixed")
        shares = self.held_out if variety is Variety.HELD_OUT else self.training
        families = list(shares)
        return families[int(rng.choice(len(families), p=[shares[family] for family in families]))]
