"""A page cut into the pieces that are chromosomes, by what a network says of each pixel.

A piece is a chromosome, or several where no seam between them was seen. Captions, lines, frames and watermarks are
left out, whatever touches them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.compiled import compiled
from models.preparation.boxes import Boxes, heights_of, widths_of
from models.preparation.cutouts import resized
from models.preparation.pieces import Pieces, components, measure, page_darkness, typical_height
from models.preparation.rows import row_order

GLANCE = 512
"""The longest side of a page at the first glance, which only tells how large chromosomes are on it, in pixels."""

SIDES = (448, 576, 736, 928, 1184, 1408)
"""The longest sides at which pages are looked at then: few, because networks are made ready for each by itself."""

FITTING = 70.0
"""Height of the typical piece at which chromosomes are told from each other best, in pixels; see docs/models.md."""

KINDS = NOTHING, CHROMOSOME, SEAM = range(3)
"""What a pixel may be; a seam runs where two chromosomes touch or nearly do."""

Kinds = NDArray[np.uint8]


@dataclass(frozen=True)
class Told:
    """What each pixel of a page is taken for, (H, W), of ``KINDS``, and how probably it is no ``NOTHING``, 0..1.

    Of what is taken for ``NOTHING`` nobody asks how probable that is: 0.
    """

    kinds: Kinds
    inked: NDArray[np.float32]


_DOUBT = 1.0  # in favour of chromosomes: by how much the logit of ``NOTHING`` must exceed that of any other kind
_GROWN = 2  # pixels from the heart of a piece to its edge, across half a seam
_SMALLEST = 0.02  # of the square of the typical height
_LOWEST = 0.14  # of the typical height
_PALEST = 0.05
_SLIM = 0.72  # of the usual thickness: a chromatid by itself, or a part of one
_TOGETHER = 1.25  # of it, at most: both chromatids
_CLOSE = 0.4  # of it, between two chromatids
_LEVEL = 0.85  # of the height of one, shared by the other


def fitting_side(height: float, side: int) -> float:
    """Return the longest side at which the typical piece of a page would be ``FITTING`` pixels high.

    Args:
        height: of the typical piece, in pixels, where the longest side of the page is ``side``.
        side: in pixels.
    """
    return side * FITTING / max(height, 1.0)


def nearest_side(side: float) -> int:
    """Return which of ``SIDES`` comes nearest, by ratio."""
    return min(SIDES, key=lambda one: abs(math.log(one / side)))


def working(page: NDArray[np.uint8], side: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return a page at a working size, (H, W) uint8, and its darkness relative to the paper close by, (H, W), 0..1.

    Args:
        page: grey page, (height, width), dark chromosomes on a lighter background.
        side: the longest one, in pixels.
    """
    scale = side / max(page.shape)
    scaled = resized(page, scale, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)
    return scaled, page_darkness(scaled)


def seen(page: NDArray[np.uint8], darkness: NDArray[np.float32], step: int) -> NDArray[np.uint8]:
    """Return what the network sees of a page: grey and darkness, with white paper to a multiple of ``step``.

    Args:
        page: at the working size, (H, W).
        darkness: of it, likewise.
        step: in pixels.

    Returns:
        (1, H', W', 2).
    """
    height, width = (-(-side // step) * step for side in page.shape)
    both = np.zeros((1, height, width, 2), np.uint8)
    both[..., 0] = 255
    both[0, : page.shape[0], : page.shape[1]] = np.stack([page, np.rint(255 * darkness).astype(np.uint8)], axis=-1)
    return both


def told(quarters: NDArray[np.float32], shape: tuple[int, ...]) -> Told:
    """Return what each pixel of a page most probably is.

    Args:
        quarters: (at least H / 2, at least W / 2, 4 * kinds), logits of the four pixels of each place: see
            ``models.networks.segmentation_network.in_quarters``.
        shape: (H, W).
    """
    found = Told(np.empty(shape, np.uint8), np.empty(shape, np.float32))
    _tell(quarters.reshape(*quarters.shape[:2], 2, 2, len(KINDS)), found.kinds, found.inked)
    return found


@compiled
def _tell(logits: NDArray[np.float32], kinds: Kinds, inked: NDArray[np.float32]) -> None:
    """Fill in kinds and probabilities from the logits of the pixels, (h, w, 2, 2, kinds)."""
    height, width = kinds.shape
    for row in range(height):
        line = logits[row // 2, :, row % 2]
        for column in range(width):
            place, right = column // 2, column % 2
            nothing = line[place, right, NOTHING]
            best, most, odds = NOTHING, nothing - _DOUBT, 0.0
            for kind in range(1, line.shape[2]):
                if line[place, right, kind] > most:
                    best, most = kind, line[place, right, kind]
            if best != NOTHING:
                for kind in range(1, line.shape[2]):
                    odds += math.exp(line[place, right, kind] - nothing)
            kinds[row, column], inked[row, column] = best, 1.0 - 1.0 / (1.0 + odds)


def pieces_of(darkness: NDArray[np.float32], kinds: Kinds) -> Pieces:
    """Find the pieces of a page.

    Args:
        darkness: (H, W), 0 for paper to 1.
        kinds: of its pixels, (H, W), of ``KINDS``.
    """
    inked = kinds != NOTHING
    labels, boxes, areas = components(kinds == CHROMOSOME)
    height = typical_height(boxes, areas)
    whole = np.append(False, areas > _SMALLEST * height**2)
    labels = _grown(np.where(whole[labels], labels, 0).astype(np.int32), inked)
    labels = _with_chromatids_joined(labels)
    boxes, areas = measure(labels)
    height = typical_height(boxes, areas)
    sides = np.maximum(heights_of(boxes), widths_of(boxes))
    kept = np.flatnonzero((areas > _SMALLEST * height**2) & (sides > _LOWEST * height))
    rows, order = row_order(boxes[kept], height)
    renumbered = np.zeros(len(boxes) + 1, np.int32)
    renumbered[kept[order] + 1] = np.arange(1, len(kept) + 1)
    boxes, labels = boxes[kept[order]], renumbered[labels]
    return Pieces(labels, boxes, rows, _typical_darkness(darkness, labels), typical_height(boxes, areas[kept[order]]))


def _grown(labels: NDArray[np.int32], inked: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Let pieces grow over what is inked close by."""
    for _ in range(_GROWN):
        wider = labels.copy()
        _grow(labels, inked, wider)
        labels = wider
    return labels


@compiled
def _grow(labels: NDArray[np.int32], inked: NDArray[np.bool_], wider: NDArray[np.int32]) -> None:
    """Give each inked pixel of no piece the highest number next to it, corners too."""
    height, width = labels.shape
    for row in range(height):
        for column in range(width):
            if labels[row, column] or not inked[row, column]:
                continue
            for near in range(max(0, row - 1), min(height, row + 2)):
                for beside in range(max(0, column - 1), min(width, column + 2)):
                    wider[row, column] = max(wider[row, column], labels[near, beside])


def _with_chromatids_joined(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Make one of those that stand close, one all along the other, and as thick as usual together: spread chromatids.

    One of them may be in parts, at pale bands. Each is compared with those alone that begin close to it: a page of
    thousands of slim pieces would take minutes else.
    """
    boxes, areas = measure(labels)
    there = np.flatnonzero(areas)
    thickness = areas / np.maximum(1, np.maximum(heights_of(boxes), widths_of(boxes)))
    usual = float(np.median(thickness[there])) if len(there) else 0.0
    slim = there[thickness[there] < _SLIM * usual]
    slim = slim[np.argsort(boxes[slim, 0], kind="stable")]
    ends = np.searchsorted(boxes[slim, 0], boxes[slim, 2] + _CLOSE * usual + 1)
    owner = np.arange(len(boxes) + 1, dtype=np.int32)
    for place, (one, end) in enumerate(zip(slim, ends, strict=True)):
        others = slim[place + 1 : end]
        together = thickness[one] + thickness[others] < _TOGETHER * usual
        for other in others[together & _side_by_side(boxes[one], boxes[others], usual)]:
            owner[owner == owner[other + 1]] = owner[one + 1]
    joined: NDArray[np.int32] = owner[labels]
    return joined


def _side_by_side(left: Boxes, others: Boxes, thickness: float) -> NDArray[np.bool_]:
    """Tell which of the others, (n, 4), stand as close to the left one, (4,), as chromatids do, and all along it."""
    gaps = others[:, 0] - left[2]
    shared = np.minimum(others[:, 3], left[3]) - np.maximum(others[:, 1], left[1])
    lower = np.minimum(heights_of(others), left[3] - left[1])
    close: NDArray[np.bool_] = (gaps < _CLOSE * thickness) & (shared > _LEVEL * lower)
    return close


def _typical_darkness(darkness: NDArray[np.float32], labels: NDArray[np.int32]) -> float:
    """Return how dark the darkest tenth of what is inked is at least, 0..1."""
    inked = darkness[labels > 0]
    return max(_PALEST, float(np.quantile(inked, 0.9))) if inked.size else 1.0
