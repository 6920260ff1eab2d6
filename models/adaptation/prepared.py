"""Labelled karyograms prepared for a network, on disk, with what is known about each of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from models.card import Card
from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.datasets.labels import LabelledPicture, Page
from models.judging.gate import refusals
from models.judging.uncertainty import Label
from models.measuring.copy_numbers import true_copies
from models.predicting.preparing import Preparer
from models.reading.reader import Reading


@dataclass(frozen=True)
class Targets:
    """What N pictures truly show, as the heads of a network say it, with 1 where it is known and 0 where not.

    ``abnormal`` (N, 1). ``copies`` (N, 24) with ``copies_known`` (N, 24). ``structural`` (N, 24) with
    ``structural_known`` (N,).
    """

    abnormal: NDArray[np.float32]
    copies: NDArray[np.int32]
    copies_known: NDArray[np.float32]
    structural: NDArray[np.float32]
    structural_known: NDArray[np.float32]


@dataclass(frozen=True)
class Prepared:
    """N labelled karyograms.

    ``pictures`` (N, S, S) uint8, mapped from disk; ``refusals`` say why the input gate of the model would not read one,
    and ``readings`` what the reader read on them, where the model has it.
    """

    labelled: tuple[LabelledPicture, ...]
    pictures: NDArray[np.uint8]
    refusals: tuple[tuple[str, ...], ...]
    readings: tuple[Reading | None, ...]

    def __len__(self) -> int:
        return len(self.labelled)

    @cached_property
    def abnormal(self) -> NDArray[np.bool_]:
        """The labels, (N,)."""
        return np.array([item.label is Label.ABNORMAL for item in self.labelled], np.bool_)

    @cached_property
    def case(self) -> NDArray[np.int64]:
        """The cases, (N,), numbered in the order of their names."""
        _, numbers = np.unique([item.case_id for item in self.labelled], return_inverse=True)
        return numbers.astype(np.int64)

    @cached_property
    def targets(self) -> Targets:
        """What is known about the pictures; without a karyotype, of a normal one everything but the sex."""
        copies = np.full((len(self), len(CHROMOSOMES)), 2, np.int32)
        copies_known = np.zeros(copies.shape, np.float32)
        structural = np.zeros(copies.shape, np.float32)
        described = np.array([item.karyotype is not None for item in self.labelled], np.bool_)
        copies_known[~self.abnormal, : len(AUTOSOMES)] = 1.0
        for index, item in enumerate(self.labelled):
            if item.karyotype is not None:
                copies[index], copies_known[index] = true_copies(item.karyotype), 1.0
                structural[index] = [item.karyotype.changed(name) for name in CHROMOSOMES]
        return Targets(
            abnormal=self.abnormal[:, None].astype(np.float32),
            copies=copies,
            copies_known=copies_known,
            structural=structural,
            structural_known=(described | ~self.abnormal).astype(np.float32),
        )


def prepare_all(
    labelled: Iterable[tuple[LabelledPicture, Page]], number: int, card: Card, preparer: Preparer, file: Path
) -> Prepared:
    """Prepare labelled karyograms for a model.

    Args:
        labelled: the karyograms with their pages, one after the other.
        number: how many they are.
        card: of the model.
        preparer: its way to prepare pages.
        file: where the prepared pictures are written.

    Raises:
        ValueError: they are fewer.
    """
    shape = (number, card.input_size, card.input_size)
    pictures = open_memmap(file, mode="w+", dtype=np.uint8, shape=shape)
    items, doubts, readings = [], [], []
    for index, (item, page) in enumerate(labelled):
        pictures[index], _, reading = preparer.read(page, card.input_size, card.passes)
        items.append(item)
        doubts.append(refusals(page, card.gate))
        readings.append(reading)
    if len(items) != number:
        raise ValueError(f"expected {number} karyograms, got {len(items)}")
    pictures.flush()
    return Prepared(tuple(items), pictures, tuple(doubts), tuple(readings))
