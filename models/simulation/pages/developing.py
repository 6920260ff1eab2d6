"""Scan a page: ink and captions on lit paper, then everything that happens to the picture of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from models.simulation.pages import effects
from models.simulation.pages.arrangements import Standing
from models.simulation.pages.grounds import Grey, clip_out, glue, lay_ground
from models.simulation.pages.scans import ScanStyle


def expose(
    rng: np.random.Generator, style: ScanStyle, ink: Grey, captions: Image.Image, standing: Sequence[Standing]
) -> Image.Image:
    """Return a page as it lies on the scanner.

    Args:
        rng: source of all randomness.
        style: how it is scanned.
        ink: darkness of the chromosomes, (height, width), 0..1.
        captions: darkness of what is written, of the same size, 0..255.
        standing: where the chromosomes are.
    """
    levels = (ink * np.float32(255)).astype(np.uint8)
    light = lay_ground(rng, style.ground, ink.shape)
    if style.cut_outs:
        light = glue(rng, light, style.cut_outs, standing)
    if style.halo:
        light = clip_out(light, style.halo, levels)
    tone = [round(255 * (1 - min(1.0, style.contrast * (level / 255) ** style.gamma))) for level in range(256)]
    reflected = ImageChops.darker(Image.fromarray(levels).point(tone), ImageChops.invert(captions))
    light *= np.asarray(reflected)
    light /= np.float32(255)
    return effects.to_image(light)


def develop(rng: np.random.Generator, style: ScanStyle, image: Image.Image) -> NDArray[np.uint8]:
    """Return the picture of an exposed page as it comes out of scanner and file, (height, width) uint8."""
    if style.specks or style.hairs:
        image = effects.strew(rng, image, style.specks, style.hairs)
    if style.dots:
        image = effects.halftone(rng, image, style.dots)
    if style.loss:
        image = effects.lose_resolution(image, style.loss)
    if style.blur:
        image = effects.soften(image, style.blur)
    if style.lines:
        image = effects.photograph_screen(rng, image, style.lines)
    if style.sharpening:
        image = effects.sharpen(image, style.sharpening)
    if style.noise:
        image = effects.add_noise(rng, image, style.noise)
    if style.levels:
        image = effects.posterise(rng, image, style.levels, dithered=style.dithered)
    for quality in style.jpeg:
        image = effects.compress(image, quality)
    return np.asarray(image)
