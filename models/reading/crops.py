"""The objects of a page, each by itself in a small picture of one size: what the crop network sees.

All of a page are shown at one scale, at which the typical one is ``TYPICAL`` pixels high, because length tells
chromosomes apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.preparation.boxes import Boxes
from models.preparation.cutouts import cut_out
from models.preparation.pieces import Pieces
from models.reading.segmentation import GLANCE, NOTHING, Told, fitting_side, nearest_side, pieces_of, working

HEIGHT, WIDTH = 96, 72
TYPICAL = 52.0
SHORTEST = TYPICAL / 4
"""Lower ones, in pixels at the working size, are specks; enlarged to ``TYPICAL`` they would fill the memory."""

Tell = Callable[[NDArray[np.uint8], NDArray[np.float32]], Told]
"""From a page at the working size and its darkness, (H, W) each, to what each pixel is: see
``models.reading.segmentation``."""


@dataclass(frozen=True)
class Objects:
    """The n objects of a page, in reading order.

    ``crops``: (n, ``HEIGHT``, ``WIDTH``) uint8, black on white; (0, ``HEIGHT``, ``WIDTH``) where there are too many.
    ``boxes``: (n, 4), left, top, right and bottom, in pixels of the page. ``rows``: (n,), from 0. ``areas``: (n,),
    inked, relative to the square of the typical height. ``gaps``: (n,), to the object before in the same row, in
    typical heights; infinite at the beginning of a row. ``sure``: (n,), how sure it was that its pixels are of a
    chromosome, their mean, 0..1.
    """

    crops: NDArray[np.uint8]
    boxes: NDArray[np.float64]
    rows: NDArray[np.int64]
    areas: NDArray[np.float64]
    gaps: NDArray[np.float64]
    sure: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.boxes)


def find_objects(page: NDArray[np.uint8], tell: Tell, most: int | None = None) -> Objects:
    """Find the objects of a page: a glance tells how large chromosomes are, then it is seen at the size that fits.

    There is none where the typical one is lower than ``SHORTEST`` even then.

    Args:
        page: grey page, (height, width), dark chromosomes on a lighter background.
        tell: what each pixel is; see ``Tell``.
        most: where there are more objects than these, none is cut out, because nobody will look at ``crops``.
    """
    pieces, darkness, inked = _pieces(page, GLANCE, tell)
    if len(pieces):
        pieces, darkness, inked = _pieces(page, nearest_side(fitting_side(pieces.height, GLANCE)), tell)
    if pieces.height < SHORTEST:
        pieces = pieces_of(darkness, np.full(darkness.shape, NOTHING, np.uint8))
    too_many = most is not None and len(pieces) > most
    cut = [] if too_many else cut_out(darkness, pieces, TYPICAL / pieces.height)
    crops = np.stack([_centred(ink) for ink in cut]) if cut else np.zeros((0, HEIGHT, WIDTH), np.uint8)
    areas = np.bincount(pieces.labels.ravel(), minlength=len(pieces) + 1)[1:] / pieces.height**2
    back = page.shape[1] / darkness.shape[1]
    gaps = _gaps(pieces.boxes, pieces.rows) / pieces.height
    sure = ndimage.mean(inked, pieces.labels, np.arange(1, len(pieces) + 1))
    return Objects(crops, pieces.boxes * back, pieces.rows, areas, gaps, np.asarray(sure, np.float64))


def _pieces(page: NDArray[np.uint8], side: int, tell: Tell) -> tuple[Pieces, NDArray[np.float32], NDArray[np.float32]]:
    """Return the pieces of a page whose longest side is so many pixels, its darkness, and how probably it is inked."""
    small, darkness = working(page, side)
    told = tell(small, darkness)
    return pieces_of(darkness, told.kinds), darkness, told.inked


def _centred(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Put ink in the middle of a white picture, made smaller where it does not fit."""
    fit = min(1.0, HEIGHT / ink.shape[0], WIDTH / ink.shape[1])
    if fit < 1.0:
        size = (max(1, int(ink.shape[1] * fit)), max(1, int(ink.shape[0] * fit)))
        ink = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BILINEAR))
    crop = np.full((HEIGHT, WIDTH), 255, np.uint8)
    top, left = (HEIGHT - ink.shape[0]) // 2, (WIDTH - ink.shape[1]) // 2
    crop[top : top + ink.shape[0], left : left + ink.shape[1]] = np.rint(255 * (1 - np.clip(ink, 0, 1)))
    return crop


def _gaps(boxes: Boxes, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    gaps = np.full(len(boxes), np.inf)
    on = np.flatnonzero(rows[1:] == rows[:-1]) + 1
    gaps[on] = boxes[on, 0] - boxes[on - 1, 2]
    return gaps
