"""What may lie over a page whatever laboratory it comes from: patches of other paper, frames, stripes.

For lessons alone. Nothing of it looks like a page of any laboratory: what a network has seen
on so many impossible pages it takes for unimportant. Source: Tobin et al. 2017 (domain randomisation).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFilter

from models.simulation.pages.arrangements import Box
from models.simulation.pages.page import Page
from models.simulation.pages.pens import Pen

Grey = NDArray[np.float32]

_SHARE = 0.45  # of each disturbance
_AROUND = 0.8  # of the patches and frames lie around chromosomes
_MOST = 50
_WHITE = np.float32(255)
_BLURS: Final = (0.0, 0.0015)  # of the page's width
_PITCHES: Final = (0.003, 0.03)  # of it
_SHADES: Final = (0.55, 1.8)  # of the paper's brightness
_CORNERS: Final = (4, 12)


def disturb(rng: np.random.Generator, page: Page) -> NDArray[np.uint8]:
    """Disturb a page; chromosomes stay where they are.

    Args:
        rng: source of all randomness.
        page: its pixels and its chromosomes.

    Returns:
        The pixels of the page, (height, width) uint8.
    """
    pixels = page.pixels.astype(np.float32)
    for disturbance in (_shade, _patch, _frame, _stripe, _stripe):
        if rng.random() < _SHARE:
            pixels = disturbance(rng, page, pixels)
    disturbed: NDArray[np.uint8] = np.rint(np.clip(pixels, 0, _WHITE)).astype(np.uint8)
    return disturbed


def _shade(rng: np.random.Generator, page: Page, pixels: Grey) -> Grey:
    """Make all of it darker."""
    return pixels * np.float32(rng.uniform(0.5, 1.0))


def _patch(rng: np.random.Generator, page: Page, pixels: Grey) -> Grey:
    """Lay pieces of lighter or darker paper under it, all about as light."""
    pen, shade = Pen(*pixels.shape), np.exp(rng.uniform(*np.log(_SHADES)))
    for _ in range(int(rng.integers(1, _MOST + 1))):
        pen.blot(_outline(rng, _somewhere(rng, page)), shade=rng.uniform(0.8, 1.0))
    return pixels * (1 + np.float32(shade - 1) * _soft(rng, pen))


def _frame(rng: np.random.Generator, page: Page, pixels: Grey) -> Grey:
    """Draw boxes and rings, all with one pen."""
    pen, round_ones = Pen(*pixels.shape), rng.random()
    thickness, shade = rng.uniform(0.001, 0.007), rng.uniform(0.3, 1.0)
    for _ in range(int(rng.integers(1, _MOST + 1))):
        draw = pen.ring if rng.random() < round_ones else pen.box
        draw(_somewhere(rng, page), thickness=thickness, shade=shade)
    return pixels * (1 - _soft(rng, pen))


def _stripe(rng: np.random.Generator, page: Page, pixels: Grey) -> Grey:
    """Let light and dark stripes run across it in some direction."""
    height, width = pixels.shape
    angle, pitch = rng.uniform(0, np.pi), width * np.exp(rng.uniform(*np.log(_PITCHES)))
    y, x = np.ogrid[:height, :width]
    waves = np.sin(2 * np.pi / pitch * (np.cos(angle) * x + np.sin(angle) * y) + rng.uniform(0, 2 * np.pi))
    loss: Grey = np.float32(rng.uniform(0.02, 0.2)) * (1 + waves.astype(np.float32)) / 2
    return pixels * (1 - loss)


def _somewhere(rng: np.random.Generator, page: Page) -> Box:
    """Return a box, mostly around a chromosome or several beside each other, with some room."""
    left, top, right, bottom = page.standing[int(rng.integers(len(page.standing)))].box
    if rng.random() < 0.5:
        other = page.standing[int(rng.integers(len(page.standing)))].box
        if abs(other[1] - top) < bottom - top and abs(other[0] - left) < 2 * (bottom - top):
            left, top = min(left, other[0]), min(top, other[1])
            right, bottom = max(right, other[2]), max(bottom, other[3])
    if rng.random() > _AROUND:
        height, width = page.pixels.shape
        across, down = rng.uniform(0, width) - left, rng.uniform(0, height) - top
        left, top, right, bottom = left + across, top + down, right + across, bottom + down
    room = (bottom - top) * np.exp(rng.uniform(np.log(0.03), np.log(0.5), 4))
    return left - room[0], top - room[1], right + room[2], bottom + room[3]


def _outline(rng: np.random.Generator, box: Box) -> list[tuple[float, float]]:
    """Return a polygon with about the extent of a box."""
    left, top, right, bottom = box
    angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(*_CORNERS))))
    reach = rng.uniform(0.9, 1.4, len(angles))
    xs = (left + right) / 2 + reach * np.cos(angles) * (right - left) / 2
    ys = (top + bottom) / 2 + reach * np.sin(angles) * (bottom - top) / 2
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def _soft(rng: np.random.Generator, pen: Pen) -> Grey:
    """Return what a pen has drawn, 0..1, with edges as a scanner sees them."""
    layer = pen.layer.filter(ImageFilter.GaussianBlur(rng.uniform(*_BLURS) * pen.width))
    return np.asarray(layer, np.float32) / _WHITE
