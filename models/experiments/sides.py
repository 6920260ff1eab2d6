"""The three sides of the split, 64 : 16 : 20, in two ways: as the thesis published it, and by case.

As published, all pictures are processed first and then dealt out at random, so that copies of one karyogram stand on
both sides of the test. By case, the cases are dealt out first, and only the training side is processed. Both keep the
share of abnormal pictures. Source: thesis sections 3.1.2, 4.1 and 4.2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from models.experiments.alpha import Original
from models.experiments.record import Counts, Data, Sizes, Split

PROCESSED = Counts(376, 316)
"""How many pictures the thesis' augmentation makes of the alpha data set."""

SHARES = (0.64, 0.16, 0.20)

_STREAM = 53


@dataclass(frozen=True)
class Copy:
    """A picture: copy ``copy`` (0: only resized) of an original karyogram, by its number."""

    original: int
    copy: int


@dataclass(frozen=True)
class Sides:
    """Which pictures train, validate and test."""

    training: tuple[Copy, ...]
    validation: tuple[Copy, ...]
    test: tuple[Copy, ...]

    def sizes(self, known: Sequence[Original]) -> Sizes:
        """Count them by class."""
        return Sizes(*(_counts(known, side) for side in (self.training, self.validation, self.test)))


def divide(known: Sequence[Original], data: Data, split: Split, seed: int, processed: Counts = PROCESSED) -> Sides:
    """Divide a data set.

    Args:
        known: the karyograms.
        data: original pictures, or processed ones.
        split: as published or by case.
        seed: of the dealing.
        processed: how many pictures of each class the augmentation makes of all karyograms.
    """
    rng = np.random.default_rng([_STREAM, seed])
    everything = [Copy(index, 0) for index in range(len(known))]
    if split == "as published":
        pictures = copies(known, everything, processed) if data == "processed" else everything
        return Sides(*_dealt(known, [[picture] for picture in pictures], rng))
    training, validation, test = _dealt(known, _by_case(known, everything), rng)
    if data == "processed":
        counts = _sides_of(processed)[0]
        training = tuple(copies(known, training, counts))
    return Sides(training, validation, test)


def copies(known: Sequence[Original], of: Iterable[Copy], wanted: Counts) -> list[Copy]:
    """Make as many pictures of each class as wanted: the originals, then a copy of each, then another."""
    found = []
    by_class: tuple[list[int], list[int]] = ([], [])
    for picture in of:
        by_class[known[picture.original].abnormal].append(picture.original)
    for these, count in zip(by_class, (wanted.normal, wanted.abnormal), strict=True):
        found += [Copy(these[number % len(these)], number // len(these)) for number in range(count if these else 0)]
    return found


def _by_case(known: Sequence[Original], pictures: Sequence[Copy]) -> list[list[Copy]]:
    cases: dict[str, list[Copy]] = {}
    for picture in pictures:
        cases.setdefault(known[picture.original].case_id, []).append(picture)
    return list(cases.values())


def _dealt(
    known: Sequence[Original], groups: Sequence[list[Copy]], rng: np.random.Generator
) -> tuple[tuple[Copy, ...], ...]:
    """Deal groups out to the three sides, each side as likely as it lacks pictures of such classes."""
    total = _counts(known, [picture for group in groups for picture in group])
    lacking = np.array([(side.normal, side.abnormal) for side in _sides_of(total)], np.float64)  # (sides, classes)
    dealt: tuple[list[Copy], ...] = ([], [], [])
    # large groups first: they fit only as long as there is room
    order = sorted(rng.permutation(len(groups)), key=lambda index: -len(groups[index]))
    for index in order:
        group = _counts(known, groups[index])
        size = np.array([group.normal, group.abnormal])
        room = np.where(size > 0, np.clip(lacking, 0.0, None), 1.0).prod(axis=1)
        if not room.any():
            room = (lacking.sum(axis=1) == lacking.sum(axis=1).max()).astype(np.float64)
        side = int(rng.choice(len(dealt), p=room / room.sum()))
        dealt[side].extend(groups[index])
        lacking[side] -= size
    return tuple(tuple(sorted(side, key=lambda copy: (copy.original, copy.copy))) for side in dealt)


def _sides_of(total: Counts) -> tuple[Counts, Counts, Counts]:
    """Return the sizes of the sides: the thesis' 92, 24 and 30 of 146, and its 442, 111 and 139 of 692."""
    test = _part(total, SHARES[2])
    rest = Counts(total.normal - test.normal, total.abnormal - test.abnormal)
    validation = _part(rest, SHARES[1] / (SHARES[0] + SHARES[1]))
    return Counts(rest.normal - validation.normal, rest.abnormal - validation.abnormal), validation, test


def _part(total: Counts, share: float) -> Counts:
    """Return a share of pictures, rounded up, the abnormal ones rounded up too."""
    wanted = math.ceil(total.total * share - 1e-9)
    abnormal = math.ceil(wanted * total.abnormal / total.total - 1e-9)
    return Counts(wanted - abnormal, abnormal)


def _counts(known: Sequence[Original], pictures: Iterable[Copy]) -> Counts:
    abnormal = [known[picture.original].abnormal for picture in pictures]
    return Counts(len(abnormal) - sum(abnormal), sum(abnormal))
