"""The thesis' augmentation, and what its future work asks for as options.

Every page is resized to 416 x 416 pixels, whatever its shape; then brightness, noise and blur change, and nothing is
flipped or rotated, because the order of a karyogram means something. Sources: thesis section 3.1.2; the options turn,
mirror and close gaps are those of section 5.3.
"""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.experiments import chromosome_changes
from models.preparation import packing

Picture = NDArray[np.uint8]

_STREAM = 52


@dataclass(frozen=True)
class Augmentation:
    """What is done to pictures.

    ``side``: of every picture in pixels. ``brightness``: of copies, at most this share up or down. ``noise``: black or
    white specks on at most this share of the pixels. ``blur``: at most this many pixels (standard deviation).
    ``turn``: each chromosome by at most so many degrees, and ``mirror``: this share of the copies with one chromosome
    mirrored; 0 for neither, as in the thesis. ``close_gaps``: chromosomes are packed side by side first, in training
    and in testing.
    """

    side: int = 416
    brightness: float = 0.25
    noise: float = 0.05
    blur: float = 1.0
    turn: float = 0.0
    mirror: float = 0.0
    close_gaps: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """All of it by name, for a record."""
        return asdict(self)

    @property
    def slug(self) -> str:
        """What the thesis did not do, for the name of a run; empty if there is nothing of it."""
        return self._beyond("-turn-{:g}", "-mirror-{:g}", "-close-gaps")

    @property
    def words(self) -> str:
        """The same for a title."""
        return self._beyond(
            ", chromosomes turned by up to {:g}°", ", one mirrored in a share of {:g} of the copies", ", gaps closed"
        )

    def _beyond(self, *texts: str) -> str:
        values = (self.turn, self.mirror, self.close_gaps)
        return "".join(text.format(value) for text, value in zip(texts, values, strict=True) if value)


THESIS = Augmentation()


def resized(page: NDArray[np.uint8], how: Augmentation = THESIS) -> Picture:
    """Resize a grey page, (height, width), to a square; with ``close_gaps`` pack it instead."""
    if how.close_gaps:
        return packing.pack(page, how.side)[0]
    image = Image.fromarray(page).resize((how.side, how.side), Image.Resampling.BILINEAR, reducing_gap=None)
    return np.asarray(image)


def copy_of(page: NDArray[np.uint8], file: str, copy: int, seed: int, how: Augmentation = THESIS) -> Picture:
    """Return copy ``copy`` of a page, (side, side): number 0 is only resized, all others are changed.

    Args:
        page: grey page, (height, width).
        file: name of the page; with the number and the seed it decides the changes.
        copy: its number, from 0.
        seed: of the data set.
        how: what may change.
    """
    if not copy:
        return resized(page, how)
    rng = np.random.default_rng([_STREAM, seed, zlib.crc32(file.encode()), copy])
    picture = resized(_chromosomes_changed(page, how, rng), how)
    return _blurred(_speckled(_lit(picture, how, rng), how, rng), how, rng)


def _chromosomes_changed(page: NDArray[np.uint8], how: Augmentation, rng: np.random.Generator) -> NDArray[np.uint8]:
    if how.turn:
        page = chromosome_changes.turned(page, how.turn, rng)
    if how.mirror and rng.random() < how.mirror:
        page = chromosome_changes.mirrored(page, rng)
    return page


def _lit(picture: Picture, how: Augmentation, rng: np.random.Generator) -> Picture:
    factor = 1.0 + rng.uniform(-how.brightness, how.brightness)
    lit: Picture = np.clip(np.rint(picture * factor), 0, 255).astype(np.uint8)
    return lit


def _speckled(picture: Picture, how: Augmentation, rng: np.random.Generator) -> Picture:
    struck = rng.random(picture.shape) < rng.uniform(0.0, how.noise)
    specks = np.where(rng.random(picture.shape) < 0.5, 0, 255)
    speckled: Picture = np.where(struck, specks, picture).astype(np.uint8)
    return speckled


def _blurred(picture: Picture, how: Augmentation, rng: np.random.Generator) -> Picture:
    spread = rng.uniform(0.0, how.blur)
    soft = ndimage.gaussian_filter(picture.astype(np.float32), spread) if spread else picture.astype(np.float32)
    return np.clip(np.rint(soft), 0, 255).astype(np.uint8)
