"""The input gate: is this page a karyogram at all? Ink statistics only, no network.

A karyogram is a flat page with some dozens of upright pieces of very different height that stand in rows. A blank
page has no pieces, a text has pieces of one height, a photograph has no flat page, and the pieces of a metaphase
spread stand in no rows. The limits are wide: foreign layouts must pass, and a page that is refused in error only
goes to a person.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.preprocessing import flatten

_WORKING_SIDE = 640
_INK = 0.3
_ROW_TOLERANCE = 0.012
_ROW_NEIGHBOURS = 3


@dataclass(frozen=True)
class PageStatistics:
    """What the gate looks at; a piece is a connected component with the size and the solidity of a chromosome.

    ``background`` is the median grey level, 0..255. ``ink`` is the share of the page that is inked, ``piece_ink`` the
    share of the ink that lies in pieces. ``pieces`` counts them. ``aligned`` is the share of the pieces that stand in
    a row with at least three others, by their feet or their middles. ``height_ratio`` is the tall pieces' height
    (90th percentile) over the short ones' (10th).
    """

    background: float
    ink: float
    pieces: int
    piece_ink: float
    aligned: float
    height_ratio: float


@dataclass(frozen=True)
class GateLimits:
    """The range of each statistic within which a page is taken for a karyogram; stored on the model's card."""

    min_background: float = 60.0
    min_ink: float = 0.01
    max_ink: float = 0.40
    min_pieces: int = 18
    max_pieces: int = 110
    min_piece_ink: float = 0.40
    min_aligned: float = 0.45
    min_height_ratio: float = 1.6


@dataclass(frozen=True)
class _Boxes:
    """Bounding boxes and areas of components, each (n,), in pixels of the working page."""

    top: NDArray[np.float64]
    bottom: NDArray[np.float64]
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    area: NDArray[np.float64]

    @property
    def height(self) -> NDArray[np.float64]:
        return self.bottom - self.top

    @property
    def width(self) -> NDArray[np.float64]:
        return self.right - self.left

    def where(self, keep: NDArray[np.bool_]) -> _Boxes:
        return _Boxes(self.top[keep], self.bottom[keep], self.left[keep], self.right[keep], self.area[keep])


def refusals(page: NDArray[np.uint8], limits: GateLimits) -> tuple[str, ...]:
    """Say in plain words why a page is no karyogram; empty for one that passes.

    Args:
        page: the page as decoded, (height, width), dark on light.
        limits: the limits on the model's card.

    Raises:
        ValueError: ``page`` is not a two-dimensional array of bytes.
    """
    seen = page_statistics(page)
    doubts = {
        f"the background is too dark ({seen.background:.0f} of 255)": seen.background < limits.min_background,
        f"hardly anything is drawn on the page ({seen.ink:.1%})": seen.ink < limits.min_ink,
        f"too much of the page is dark ({seen.ink:.1%})": seen.ink > limits.max_ink,
        f"too few pieces look like chromosomes ({seen.pieces})": seen.pieces < limits.min_pieces,
        f"too many pieces look like chromosomes ({seen.pieces})": seen.pieces > limits.max_pieces,
        f"most of what is drawn is not chromosomes ({seen.piece_ink:.0%} is)": seen.piece_ink < limits.min_piece_ink,
        f"the pieces do not stand in rows ({seen.aligned:.0%} do)": seen.aligned < limits.min_aligned,
        "the pieces all have nearly the same height": seen.height_ratio < limits.min_height_ratio,
    }
    return tuple(reason for reason, applies in doubts.items() if applies)


def page_statistics(page: NDArray[np.uint8]) -> PageStatistics:
    """Measure a page, (height, width) of uint8, dark on light, at a working size of at most 640 pixels.

    Raises:
        ValueError: ``page`` is not a two-dimensional array of bytes, or it is empty.
    """
    if page.ndim != 2 or page.dtype != np.uint8 or page.size == 0:
        raise ValueError(f"page must be a grey picture (height, width) of uint8, got {page.shape} of {page.dtype}")
    small = _shrink(page)
    ink = flatten(small) > _INK
    components = _components(ink)
    pieces = components.where(_is_piece(components, small.shape))
    long_side = max(small.shape)
    return PageStatistics(
        background=float(np.median(small)),
        ink=float(ink.mean()),
        pieces=pieces.area.size,
        piece_ink=float(pieces.area.sum() / max(1.0, components.area.sum())),
        aligned=_aligned(pieces, _ROW_TOLERANCE * long_side),
        height_ratio=_height_ratio(pieces),
    )


def _shrink(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = page.shape
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    if scale == 1.0:
        return page
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(page).resize(size, Image.Resampling.BOX))


def _components(ink: NDArray[np.bool_]) -> _Boxes:
    labels, count = ndimage.label(ink, structure=np.ones((3, 3)))
    slices = ndimage.find_objects(labels)
    edges = np.array([(y.start, y.stop, x.start, x.stop) for y, x in slices], dtype=np.float64).reshape(-1, 4)
    area = np.bincount(labels.ravel(), minlength=count + 1)[1:].astype(np.float64)
    return _Boxes(edges[:, 0], edges[:, 1], edges[:, 2], edges[:, 3], area)


def _is_piece(boxes: _Boxes, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Tell chromosomes (and touching pairs of them) from specks, captions, lines and frames; (n,)."""
    long_side, page_area = max(shape), shape[0] * shape[1]
    tall = (boxes.height >= 0.03 * long_side) & (boxes.height <= 0.35 * long_side)
    wide = (boxes.width >= 0.008 * long_side) & (boxes.width <= 0.25 * long_side)
    solid = (boxes.area > 0.25 * boxes.height * boxes.width) & (boxes.area >= 0.0002 * page_area)
    piece: NDArray[np.bool_] = tall & wide & solid
    return piece


def _aligned(pieces: _Boxes, tolerance: float) -> float:
    if pieces.area.size == 0:
        return 0.0
    middles = (pieces.top + pieces.bottom) / 2
    return max(_share_in_rows(pieces.bottom, tolerance), _share_in_rows(middles, tolerance))


def _share_in_rows(heights: NDArray[np.float64], tolerance: float) -> float:
    near = np.abs(heights[:, None] - heights[None, :]) <= tolerance  # (n, n), each piece near itself
    return float(np.mean(near.sum(axis=1) - 1 >= _ROW_NEIGHBOURS))


def _height_ratio(pieces: _Boxes) -> float:
    if pieces.area.size == 0:
        return 1.0
    short, tall = np.percentile(pieces.height, (10, 90))
    return float(tall / short)
