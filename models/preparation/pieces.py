"""The pieces of ink on a page that may be chromosomes, in the order in which a page is read.

A piece is a connected component of ink: a chromosome, or several that touch. Nothing is cut apart where that would be a
guess. Lines, frames and dust are left out; captions stay where they are as tall as chromosomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.compiled import compiled
from models.preparation.boxes import Boxes, heights_of, widths_of
from models.preparation.rows import row_order
from models.preparation.runs import runs

_BACKGROUND_SIDE = 320
_BACKGROUND_WINDOW = 0.075  # of the page: broader than a touching pair, narrower than the paper around it
_LEVELS = (0.06, 0.09, 0.13, 0.18, 0.25, 0.34, 0.45, 0.6)
_GRAIN = 0.0022  # of the page: the grain of paper and print is no ink
_LINE_LENGTHS = 0.055, 0.1  # of the page, level and upright: broader than a chromosome, taller than most
_LINE_THICKNESS = 0.009
_BAR_LENGTH, _BAR_THICKNESS = 0.7, 0.2  # of the typical height: longer than a chromosome is broad, and thinner
_AS_GOOD = 0.9
_SOLID = 0.35
_SMALLEST, _TALLEST = 0.16, 3.5  # of the typical height
_SLIMMEST = 10.0  # times as high as broad: the side of a frame
_FLATTEST = 2.2  # times as broad as high: a line under a pair, a word
_THINNEST = 0.4  # of the typical thickness
_FAINTEST = 0.45  # of the typical darkness
_PALEST = 0.05
_BROAD = 1.3  # times the typical height
_EIGHT = np.ones((3, 3), np.bool_)


@dataclass(frozen=True)
class Pieces:
    """Pieces in reading order: row by row, from left to right.

    ``labels``: (height, width) of the page, the number of the piece from 1 at each of its pixels, else 0. ``boxes``:
    (n, 4) integers, left, top, right and bottom, in pixels. ``rows``: (n,), from 0. ``darkness``: how dark the typical
    one is, 0..1. ``height``: of the typical one, in pixels: the mean by area, which captions and dust hardly move.
    """

    labels: NDArray[np.int32]
    boxes: Boxes
    rows: NDArray[np.int64]
    darkness: float
    height: float

    def __len__(self) -> int:
        return len(self.boxes)


def page_darkness(page: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the darkness of each pixel relative to the paper close by, (height, width): 0 is paper, 1 black ink.

    Args:
        page: grey page, (height, width), dark chromosomes on a lighter background.
    """
    height, width = page.shape
    scale = min(1.0, _BACKGROUND_SIDE / max(height, width))
    small_size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(Image.fromarray(page).resize(small_size, Image.Resampling.BOX), np.float32)
    small = ndimage.gaussian_filter(small, 1.0)
    window = round(_BACKGROUND_WINDOW * max(small.shape)) | 1
    closed = ndimage.grey_closing(small, size=(window, window), mode="nearest")
    smooth = ndimage.gaussian_filter(closed, window / 12, mode="nearest").astype(np.float32)
    paper = np.asarray(Image.fromarray(smooth).resize((width, height), Image.Resampling.BILINEAR))
    darkness: NDArray[np.float32] = np.clip(1.0 - page / np.maximum(paper, 1.0), 0.0, 1.0).astype(np.float32)
    return darkness * (paper >= 1.0)  # nothing is darker than black


def find_pieces(darkness: NDArray[np.float32]) -> Pieces:
    """Find the pieces on a page.

    Args:
        darkness: (height, width), 0 for paper to 1.
    """
    smooth = ndimage.gaussian_filter(darkness, max(0.6, _GRAIN * max(darkness.shape)))
    level = _level(smooth)
    ink = _inked(smooth, level)
    ink &= ~_bars(ink, _height(ink))
    labels, boxes, _ = components(ink)
    height = _height(ink)
    labels = _part_broad_ones(smooth, labels, boxes, height, level)
    boxes, areas = measure(labels)
    depths = _depths(darkness, labels, boxes)
    tall = _plausible(boxes, areas, labels.shape) & (heights_of(boxes) > 0.5 * height)
    typical = max(_PALEST, float(np.median(depths[tall]))) if tall.any() else 1.0
    kept = np.flatnonzero(_like_chromosomes(boxes, areas, depths, tall, height)) + 1
    rows, order = row_order(boxes[kept - 1], height)
    renumbered = np.zeros(len(boxes) + 1, np.int32)
    renumbered[kept[order]] = np.arange(1, len(kept) + 1)
    boxes, areas = boxes[kept[order] - 1], areas[kept[order] - 1]
    return Pieces(renumbered[labels], boxes, rows, typical, typical_height(boxes, areas))


def _like_chromosomes(
    boxes: Boxes, areas: NDArray[np.int64], depths: NDArray[np.float64], tall: NDArray[np.bool_], height: float
) -> NDArray[np.bool_]:
    """Tell what is as large, as thick and as dark as a chromosome of this page may be, (n,)."""
    if not tall.any():
        return tall
    heights, widths = heights_of(boxes), widths_of(boxes)
    thickness = areas / np.maximum(1, np.maximum(heights, widths))
    alike: NDArray[np.bool_] = (
        (areas > 0.15 * heights * widths)
        & (np.maximum(heights, widths) > _SMALLEST * height)
        & (heights < np.minimum(_TALLEST * height, _SLIMMEST * widths))
        & ((widths < _FLATTEST * heights) | (heights > 0.5 * height))
        & (thickness > _THINNEST * np.median(thickness[tall]))
        & (depths > _FAINTEST * np.median(depths[tall]))
    )
    return alike


def _depths(darkness: NDArray[np.float32], labels: NDArray[np.int32], boxes: Boxes) -> NDArray[np.float64]:
    """Return how dark the darkest tenth of each piece is at least, (n,), 0..1."""
    depths = np.zeros(len(boxes))
    for index, (left, top, right, bottom) in enumerate(boxes):
        own = darkness[top:bottom, left:right][labels[top:bottom, left:right] == index + 1]
        if own.size:
            tenth = own.size - 1 - own.size // 10
            depths[index] = np.partition(own, tenth)[tenth]
    return depths


def lines(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Find the thin straight lines, level or upright: of tables and frames, and under the chromosomes of a place."""
    across, along, thickness = (max(3, round(share * max(ink.shape))) for share in (*_LINE_LENGTHS, _LINE_THICKNESS))
    level, upright = runs(ink, across, 1), runs(ink, along, 0)
    found: NDArray[np.bool_] = (level & ~runs(ink, thickness, 0)) | (upright & ~runs(ink, thickness, 1))
    return found


def _bars(ink: NDArray[np.bool_], height: float) -> NDArray[np.bool_]:
    """Find level lines under chromosomes that ``lines`` leaves, by the typical height; else they join pairs."""
    return runs(ink, max(3, round(_BAR_LENGTH * height)), 1) & ~runs(ink, max(2, round(_BAR_THICKNESS * height)), 0)


def _level(darkness: NDArray[np.float32]) -> float:
    """Return the level of darkness that tells ink from paper best; a small copy of the page is enough to see it."""
    shrink = min(1.0, _BACKGROUND_SIDE / max(darkness.shape))
    size = (max(1, round(darkness.shape[1] * shrink)), max(1, round(darkness.shape[0] * shrink)))
    small = np.asarray(Image.fromarray(darkness).resize(size, Image.Resampling.BOX))
    sense = np.array([_sense(small, level) for level in _LEVELS])
    # the darkest that is about as good: chromosomes touch less
    good = sense >= sense.max() - (1 - _AS_GOOD) * abs(sense.max())
    return _LEVELS[int(np.flatnonzero(good)[-1])]


def _sense(darkness: NDArray[np.float32], level: float) -> float:
    """Return how much of the page is chromosomes at a level, less what is inked and can be none, -1..1."""
    labels, boxes, areas = components(_inked(darkness, level))
    plausible = _plausible(boxes, areas, labels.shape)
    # what is huge is the paper itself or a frame, and no sign that the level is wrong
    disturbing = (
        ~plausible & (widths_of(boxes) < 0.25 * max(labels.shape)) & (heights_of(boxes) < 0.35 * max(labels.shape))
    )
    return float(areas[plausible].sum() - areas[disturbing].sum()) / labels.size


def _inked(darkness: NDArray[np.float32], level: float) -> NDArray[np.bool_]:
    """Return what is inked and no line, (height, width)."""
    ink = darkness > level
    found: NDArray[np.bool_] = ink & ~lines(ink)
    return found


def components(ink: NDArray[np.bool_]) -> tuple[NDArray[np.int32], Boxes, NDArray[np.int64]]:
    """Return labels, boxes and areas of what hangs together."""
    labels, _ = _label(ink)
    return labels, *measure(labels)


def _height(ink: NDArray[np.bool_]) -> float:
    """Return the typical height of what may be chromosomes, in pixels."""
    labels, boxes, areas = components(ink)
    plausible = _plausible(boxes, areas, labels.shape)
    return typical_height(boxes[plausible], areas[plausible])


def _label(ink: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Number connected ink from 1, corners connect."""
    labels, count = ndimage.label(ink, _EIGHT)
    return labels.astype(np.int32, copy=False), int(count)


def measure(labels: NDArray[np.int32]) -> tuple[Boxes, NDArray[np.int64]]:
    """Return the boxes, (n, 4), and the areas, (n,), of labelled components; all 0 of a number that is not there."""
    count = int(labels.max(initial=0))
    boxes, areas = np.zeros((count, 4), np.int64), np.zeros(count, np.int64)
    _measure(np.ascontiguousarray(labels), boxes, areas)
    return boxes, areas


@compiled
def _measure(labels: NDArray[np.int32], boxes: Boxes, areas: NDArray[np.int64]) -> None:
    """Fill in the boxes and the areas."""
    height, width = labels.shape
    for row in range(height):
        for column in range(width):
            number = labels[row, column] - 1
            if number < 0:
                continue
            box = boxes[number]
            if areas[number] == 0:
                box[0], box[1] = column, row
            areas[number] += 1
            box[0], box[2] = min(box[0], column), max(box[2], column + 1)
            box[3] = row + 1


def _plausible(boxes: Boxes, areas: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Tell what has the size and the solidity of a chromosome, or of a touching pair or row of them."""
    heights, widths = heights_of(boxes), widths_of(boxes)
    side = max(shape)
    tall = (heights >= 0.025 * side) & (heights <= 0.35 * side)
    wide = (widths >= 0.008 * side) & (widths <= 0.25 * side)
    fits: NDArray[np.bool_] = tall & wide & (areas > _SOLID * heights * widths) & (widths < 2.5 * heights)
    return fits


def typical_height(boxes: Boxes, areas: NDArray[np.int64]) -> float:
    """Return the mean height by area, which captions and dust hardly move, in pixels."""
    return float(np.average(heights_of(boxes), weights=areas)) if len(boxes) else 1.0


def _part_broad_ones(
    darkness: NDArray[np.float32], labels: NDArray[np.int32], boxes: Boxes, height: float, level: float
) -> NDArray[np.int32]:
    """Part what is too broad to be one chromosome at darker levels, as long as that gives it back as several."""
    labels = labels.copy()
    count = len(boxes)
    darker = [higher for higher in _LEVELS if higher > level]
    broad = np.flatnonzero(widths_of(boxes) > _BROAD * height) + 1
    waiting = [(int(number), 0) for number in broad] if darker else []
    spans = {number: tuple(boxes[number - 1]) for number, _ in waiting}
    while waiting:
        number, step = waiting.pop()
        left, top, right, bottom = spans[number]
        window = labels[top:bottom, left:right]
        own = window == number
        parts, found = _label(own & (darkness[top:bottom, left:right] > darker[step]))
        part_boxes, _ = measure(parts)
        further = step + 1 < len(darker)
        if found and np.sum(heights_of(part_boxes) > 0.3 * height) >= 2:
            # what lies between goes to the nearest part
            nearest = ndimage.distance_transform_edt(parts == 0, return_distances=False, return_indices=True)
            grown = np.where(own, parts[tuple(nearest)], 0)
            window[own] = count + grown[own]
            part_boxes, _ = measure(grown)
            for part, box in enumerate(part_boxes, 1):
                spans[count + part] = (left + box[0], top + box[1], left + box[2], top + box[3])
                if further and box[2] - box[0] > _BROAD * height:
                    waiting.append((count + part, step + 1))
            count += found
        elif further:
            waiting.append((number, step + 1))
    return labels
