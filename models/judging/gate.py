"""The input gate: is this page a karyogram at all? No network in sight.

First the ink. A karyogram is a flat page with some dozens of pieces of very different height that stand in rows. A
blank page has no pieces, a text has pieces of one height, a photograph has no flat page, and the pieces of a metaphase
spread stand in no rows. The limits are wide: foreign layouts must pass, and a page that is refused in error only goes
to a person. Then the distance of ``models.judging.familiarity``, for what has the statistics of a karyogram and is
none: the chromosomes of a mouse, big letters, bottles on shelves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.preparation.framing import flatten
from models.preparation.pieces import lines

_WORKING_SIDE = 640
_INK_LEVELS = (0.3, 0.6)  # the darker one parts chromosomes that touch, and leaves grey paper behind
_GRAIN = 1.5  # pixels: the grain of the paper and the dots of print are no bands
_ROW_TOLERANCE = 0.012
_ROW_NEIGHBOURS = 3


@dataclass(frozen=True)
class PageStatistics:
    """What the gate looks at; a piece is a connected component with the size and the solidity of a chromosome.

    ``background`` is the median grey level, 0..255. ``ink`` is the share of the page that is inked, ``piece_ink`` the
    share of the ink that lies in pieces. ``pieces`` counts them. ``aligned`` is the share of the pieces that stand in
    a row with at least three others, by their feet or their middles. ``height_ratio`` is the tall pieces' height
    (90th percentile) over the short ones' (10th). ``banding`` tells how much the darkness changes from the top of a
    piece to its bottom, as a share of its mean: the median of the taller half of the pieces.
    """

    background: float
    ink: float
    pieces: int
    piece_ink: float
    aligned: float
    height_ratio: float
    banding: float


@dataclass(frozen=True)
class GateLimits:
    """The range of each statistic within which a page is taken for a karyogram; stored on the model's card.

    ``min_chromosomes`` and ``min_recognised`` are of what the reader reads, and decide for a model that judges with it.
    ``max_distance`` is that of ``models.judging.familiarity``, chosen with the model; ``None`` where a model has none.
    """

    min_background: float = 30.0
    min_ink: float = 0.01
    max_ink: float = 0.30
    min_pieces: int = 20
    max_pieces: int = 110
    min_piece_ink: float = 0.25
    min_aligned: float = 0.45
    min_height_ratio: float = 1.6
    min_banding: float = 0.015
    min_chromosomes: int = 30
    min_recognised: float = 0.45
    max_distance: float | None = None


@dataclass(frozen=True)
class _Page:
    """A page at its working size, (height, width).

    ``darkness``: 0..1. ``smooth``: likewise, without the grain. ``background``: its grey level, 0..255.
    """

    darkness: NDArray[np.float32]
    smooth: NDArray[np.float32]
    background: float


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


_SENTENCES = {
    "min_background": "The background is too dark (grey level {found:.0f} of 255; at least {limit:.0f} expected).",
    "min_ink": "Hardly anything is drawn on the page ({found:.1%} of it is dark; at least {limit:.1%} expected).",
    "max_ink": "Too much of the page is dark ({found:.0%}; at most {limit:.0%} expected).",
    "min_pieces": "Too few pieces look like chromosomes ({found}; at least {limit} expected).",
    "max_pieces": "Too many pieces look like chromosomes ({found}; at most {limit} expected).",
    "min_piece_ink": "Most of what is drawn is no chromosomes ({found:.0%} could be; at least {limit:.0%} expected).",
    "min_aligned": "The pieces do not stand in rows ({found:.0%} do; at least {limit:.0%} expected).",
    "min_height_ratio": "The pieces are too much alike in height (the tall ones are {found:.1f} times as tall as the "
    "short ones; at least {limit:.1f} times expected).",
    "min_banding": "The pieces show no bands (the darkness along them changes by {found:.1%}; at least {limit:.1%} "
    "expected).",
}
"""What to say when a statistic is out of its range, by the name of the limit: min_ or max_ and the statistic."""


def refusals(page: NDArray[np.uint8], limits: GateLimits) -> tuple[str, ...]:
    """Say in plain words why a page is no karyogram; empty for one that passes.

    Args:
        page: the page as decoded, (height, width), dark on light.
        limits: the limits on the model's card.

    Returns:
        One sentence for each limit that is broken: what was found, and what was expected.

    Raises:
        ValueError: ``page`` is not a two-dimensional array of bytes.
    """
    seen = _look(page)
    # a frame or grey paper can spoil one level and not the other: the page must be a karyogram at one of them
    return min((_broken(_statistics(seen, level), limits) for level in _INK_LEVELS), key=len)


def _broken(seen: PageStatistics, limits: GateLimits) -> tuple[str, ...]:
    reasons = []
    for name, sentence in _SENTENCES.items():
        side, _, statistic = name.partition("_")
        limit, found = getattr(limits, name), getattr(seen, statistic)
        if not (found >= limit if side == "min" else found <= limit):
            reasons.append(sentence.format(found=found, limit=limit))
    return tuple(reasons)


def illegibility(chromosomes: int, recognised: float, limits: GateLimits) -> tuple[str, ...]:
    """Say in plain words why what was read on a page is not to be trusted; empty for a page that passes.

    Args:
        chromosomes: how many the reader counts on the page.
        recognised: how probable it is by looks alone that they are what they were read as, the mean, 0..1.
        limits: the limits on the model's card.
    """
    reasons = []
    if not chromosomes >= limits.min_chromosomes:
        reasons.append(f"Only {chromosomes} chromosomes can be read (at least {limits.min_chromosomes} expected).")
    elif not recognised >= limits.min_recognised:
        found = f"{recognised:.0%} sure by their looks; at least {limits.min_recognised:.0%} expected"
        reasons.append(f"The chromosomes cannot be told apart ({found}).")
    return tuple(reasons)


def unfamiliarity(distance: float, limits: GateLimits) -> tuple[str, ...]:
    """Say in plain words that a picture looks like nothing the network knows; empty for one that passes.

    Args:
        distance: of ``models.judging.familiarity``.
        limits: the limits on the model's card; without ``max_distance`` every picture passes.

    Returns:
        One sentence or none. A distance that is not a number is too far.
    """
    if limits.max_distance is None or distance <= limits.max_distance:
        return ()
    found = f"distance {distance:.2f}; at most {limits.max_distance:.2f} expected"
    return (f"The picture is unlike the karyograms the model knows ({found}).",)


def page_statistics(page: NDArray[np.uint8], ink_level: float = _INK_LEVELS[0]) -> PageStatistics:
    """Measure a page at a working size of at most 640 pixels.

    Args:
        page: (height, width), dark on light.
        ink_level: darkness from which a pixel is ink, 0..1, relative to the darkest ink on the page.

    Raises:
        ValueError: ``page`` is not a two-dimensional array of bytes, or it is empty.
    """
    return _statistics(_look(page), ink_level)


def _look(page: NDArray[np.uint8]) -> _Page:
    """Return the page at its working size."""
    if page.ndim != 2 or page.dtype != np.uint8 or page.size == 0:
        raise ValueError(f"page must be a grey picture (height, width) of uint8, got {page.shape} of {page.dtype}")
    small = _shrink(page)
    darkness = flatten(small)
    return _Page(darkness, ndimage.gaussian_filter(darkness, _GRAIN), float(np.median(small)))


def _statistics(seen: _Page, ink_level: float) -> PageStatistics:
    ink = seen.darkness > ink_level
    drawn = ink & ~lines(ink)
    components = _components(drawn)
    pieces = components.where(_is_piece(components, drawn.shape))
    return PageStatistics(
        background=seen.background,
        ink=float(drawn.mean()),
        pieces=pieces.area.size,
        piece_ink=float(pieces.area.sum() / max(1.0, components.area.sum())),
        aligned=_aligned(pieces, _ROW_TOLERANCE * max(drawn.shape)),
        height_ratio=_height_ratio(pieces),
        banding=_banding(seen.smooth, pieces),
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


def _banding(smooth: NDArray[np.float32], pieces: _Boxes) -> float:
    tall = pieces.where(pieces.height >= np.median(pieces.height)) if pieces.area.size else pieces
    edges = np.stack([tall.top, tall.bottom, tall.left, tall.right], axis=1).astype(int)
    changes = []
    for top, bottom, left, right in edges:
        end = max(1, (bottom - top) // 6)
        along = smooth[top + end : bottom - end, left:right].max(axis=1)  # the darkest of each row: (rows,)
        changes.append(float(along.std() / max(along.mean(), 0.05)))
    return float(np.median(changes)) if changes else 0.0
