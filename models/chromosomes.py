"""The 24 human chromosome classes, in the order of every array with an axis of 24."""

from __future__ import annotations

AUTOSOMES = tuple(str(number) for number in range(1, 23))
CHROMOSOMES = (*AUTOSOMES, "X", "Y")
