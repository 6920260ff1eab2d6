"""The light that a page sends back where nothing is printed: paper, uneven light, cut-outs and halos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from models.simulation.pages.arrangements import Box, Standing

Grey = NDArray[np.float32]

_COARSE = 24


@dataclass(frozen=True)
class Ground:
    """Paper under a lamp; brightness is 0 black to 1 white.

    ``slope``, ``vignette`` and ``blotches``: how much light is lost across the page, towards its corners and in
    blotches, 0..1. ``texture``: standard deviation of the paper's grain, and ``grain`` its size in fractions of the
    page's width.
    """

    paper: float = 0.97
    slope: float = 0.0
    vignette: float = 0.0
    blotches: float = 0.0
    texture: float = 0.0
    grain: float = 0.006


@dataclass(frozen=True)
class CutOuts:
    """Chromosomes cut out of a photograph and glued to the page.

    ``shade``: brightness of the photograph relative to the page. ``uneven``: its standard deviation from piece to
    piece. ``border``: paper left around a chromosome, in fractions of the page's width. ``shadow``: darkness of the
    edges, 0..1. ``corners``: 4 for straight cuts, more for pieces that follow the chromosome. ``whole``: whether the
    chromosomes of a place are on one piece.
    """

    shade: float
    uneven: float
    border: float
    shadow: float
    corners: int = 4
    whole: bool = False


@dataclass(frozen=True)
class Halo:
    """The rim of old background that software leaves around a chromosome it has clipped out of its metaphase.

    ``brightness``: 0 black to 1 white. ``reach``: in fractions of the page's width.
    """

    brightness: float
    reach: float


def lay_ground(rng: np.random.Generator, ground: Ground, shape: tuple[int, int]) -> Grey:
    """Return the brightness of an empty page, (height, width)."""
    light = np.full(shape, ground.paper, np.float32)
    if ground.slope or ground.vignette or ground.blotches:
        light *= _enlarge(_lamp(rng, ground), shape)
    if ground.texture:
        step = max(1.0, ground.grain * shape[1])
        coarse = max(2, round(shape[0] / step)), max(2, round(shape[1] / step))
        light += ground.texture * _enlarge(rng.standard_normal(coarse, np.float32), shape)
    return light


def _lamp(rng: np.random.Generator, ground: Ground) -> Grey:
    """Draw uneven light, coarsely; 1 where it is brightest."""
    y, x = np.mgrid[-1 : 1 : _COARSE * 1j, -1 : 1 : _COARSE * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    loss = ground.slope * (1 + np.cos(angle) * x + np.sin(angle) * y) / 2 + ground.vignette * (x**2 + y**2) / 2
    if ground.blotches:
        bumps = Image.fromarray(rng.standard_normal((5, 5), np.float32)).resize((_COARSE, _COARSE), _BICUBIC)
        loss = loss + ground.blotches * np.abs(np.asarray(bumps))
    lamp: Grey = np.float32(1) - (loss - loss.min()).astype(np.float32)
    return lamp


_BICUBIC = Image.Resampling.BICUBIC


def _enlarge(coarse: Grey, shape: tuple[int, int]) -> Grey:
    return np.asarray(Image.fromarray(coarse).resize(shape[::-1], Image.Resampling.BILINEAR), np.float32)


def glue(rng: np.random.Generator, light: Grey, cut_outs: CutOuts, standing: Sequence[Standing]) -> Grey:
    """Put a piece of photograph under each chromosome or place; (height, width)."""
    pieces = Image.fromarray(np.ones_like(light))
    pen = ImageDraw.Draw(pieces)
    border = cut_outs.border * light.shape[1]
    for box in _join(standing) if cut_outs.whole else [one.box for one in standing]:
        outline = _outline(rng, box, border, cut_outs.corners)
        shade = cut_outs.shade + rng.normal(0, cut_outs.uneven)
        if cut_outs.shadow:
            pen.polygon([(x + 1.5, y + 1.5) for x, y in outline], fill=min(shade, 1.0) * (1 - cut_outs.shadow))
        pen.polygon(outline, fill=shade)
    glued: Grey = light * np.asarray(pieces, np.float32)
    return glued


def _join(standing: Sequence[Standing]) -> list[Box]:
    """Return the box around the chromosomes of each place."""
    boxes: dict[str, Box] = {}
    for one in standing:
        left, top, right, bottom = boxes.get(one.place, one.box)
        boxes[one.place] = (
            min(left, one.box[0]),
            min(top, one.box[1]),
            max(right, one.box[2]),
            max(bottom, one.box[3]),
        )
    return list(boxes.values())


def _outline(rng: np.random.Generator, box: Box, border: float, corners: int) -> list[tuple[float, float]]:
    """Cut around a box, never into it: straight along its sides, or on an ellipse around it."""
    left, top, right, bottom = box
    out = border * rng.uniform(0.3, 1.0, 2 * corners)
    if corners == 4:
        xs = left - out[0], right + out[1], right + out[2], left - out[3]
        ys = top - out[4], top - out[5], bottom + out[6], bottom + out[7]
        return list(zip(xs, ys, strict=True))
    # sqrt(2): the ellipse through the corners of a box
    wide, tall = (right - left) / 2 * np.sqrt(2), (bottom - top) / 2 * np.sqrt(2)
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    xs = (left + right) / 2 + np.cos(angles) * (wide + out[:corners])
    ys = (top + bottom) / 2 + np.sin(angles) * (tall * 0.85 + out[corners:])
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def clip_out(light: Grey, halo: Halo, ink: NDArray[np.uint8]) -> Grey:
    """Leave a rim around the chromosomes, whose darkness is ``ink``, (height, width) of 0..255."""
    mask = Image.fromarray(ink).point([0] * 24 + [255] * 232)
    # a blurred edge fades over its radius on either side, so the rim reaches about that far beyond the mask
    mask = mask.filter(ImageFilter.BoxBlur(halo.reach * light.shape[1]))
    rim = np.asarray(mask.point([min(255, 8 * max(0, level - 12)) for level in range(256)]), np.float32)
    share = rim / np.float32(255)
    return light + share * (np.float32(halo.brightness) - light)
