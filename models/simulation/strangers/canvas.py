"""What strangers are drawn on: empty sheets, words, grey scenes, and the way a picture takes to the product."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageFont

from models import pictures
from models.pictures import GreyPage

Scene = NDArray[np.float64]
"""Light at each pixel, (height, width), in any unit."""

_LETTERS = "etaoinshrdlucmfwypvbgkqjxz"
_FREQUENCIES = np.arange(len(_LETTERS), 0, -1) / np.arange(1, len(_LETTERS) + 1).sum()


def sheet(rng: np.random.Generator) -> Image.Image:
    """Return an empty white sheet of any common size, upright or lying."""
    long_side = int(rng.integers(420, 960))
    short_side = int(long_side * rng.uniform(0.62, 1.0))
    size = (long_side, short_side) if rng.random() < 0.6 else (short_side, long_side)
    return Image.new("L", size, 255)


def field(rng: np.random.Generator, longest: int = 560) -> tuple[Scene, Scene]:
    """Return the coordinates (y, x) of the pixels of a scene, -1..1 along its longer side."""
    long_side = int(rng.integers(320, longest))
    short_side = int(long_side * rng.uniform(0.65, 1.0))
    height, width = (short_side, long_side) if rng.random() < 0.6 else (long_side, short_side)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    return (y - height / 2) * 2 / long_side, (x - width / 2) * 2 / long_side


def picture(scene: Scene) -> Image.Image:
    """Expose a scene so that its darkest point is black and its brightest white."""
    low, high = float(scene.min()), float(scene.max())
    return Image.fromarray(np.uint8(np.rint(255 * (scene - low) / max(high - low, 1e-9))))


def words(rng: np.random.Generator, count: int) -> str:
    """Return words of 2 to 11 letters, some capitalised, some followed by a comma or a full stop."""
    lengths = rng.integers(2, 12, count)
    letters = "".join(rng.choice(list(_LETTERS), int(lengths.sum()), p=_FREQUENCIES).tolist())
    ends = np.cumsum(lengths)
    text = [letters[end - length : end] for length, end in zip(lengths, ends, strict=True)]
    ornaments = rng.random(count)
    return " ".join(
        word.capitalize() if chance < 0.15 else word + rng.choice([",", "."]) if chance < 0.3 else word
        for word, chance in zip(text, ornaments, strict=True)
    )


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the one font that is the same on every machine."""
    return ImageFont.load_default(size)


def arrive(rng: np.random.Generator, image: Image.Image) -> GreyPage:
    """Let a picture arrive as an upload: faded, noisy, out of focus, inverted, as PNG or JPEG; then decode it."""
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2)))
    grey = 255 - (255 - np.asarray(image, np.float64)) * rng.uniform(0.6, 1.0)
    if rng.random() < 0.4:
        grey = grey - rng.uniform(0, 60)
    if rng.random() < 0.4:
        grey = grey + rng.normal(0, rng.uniform(0, 8), grey.shape)
    if rng.random() < 0.15:
        grey = 255 - grey
    scanned = Image.fromarray(np.uint8(np.clip(np.rint(grey), 0, 255)))
    file = io.BytesIO()
    if rng.random() < 0.5:
        scanned.save(file, "JPEG", quality=int(rng.integers(25, 95)))
    else:
        scanned.save(file, "PNG")
    return pictures.page(file.getvalue())
