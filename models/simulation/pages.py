"""Arrange patches of chromosomes on a page, caption it, and scan it; the truth about each chromosome stays known."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from models.simulation.karyotypes import Karyotype
from models.simulation.layouts import Caption, PageStyle
from models.simulation.material import Material, Patch


@dataclass(frozen=True)
class Standing:
    """One chromosome on the page: its place and its box (left, top, right, bottom) in pixels."""

    place: str
    changed: bool
    box: tuple[float, float, float, float]

    @property
    def centre(self) -> tuple[float, float]:
        """Return the centre of the box, (x, y) in pixels."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


@dataclass(frozen=True)
class Page:
    """A page, (height, width) uint8, with what stands on it, and the centre (x, y) of every place."""

    pixels: NDArray[np.uint8]
    standing: tuple[Standing, ...]
    places: dict[str, tuple[float, float]]


def compose(
    rng: np.random.Generator, karyotype: Karyotype, material: Material, style: PageStyle, width: int = 480
) -> Page:
    """Draw a karyogram.

    Args:
        rng: source of all randomness.
        karyotype: what stands on the page.
        material: how the chromosomes look.
        style: how they are arranged.
        width: of the page in pixels.
    """
    longest = style.longest * width
    patches: dict[str, list[tuple[Patch, str, bool]]] = {}
    for chromosome in karyotype.chromosomes:
        drawn = material.draw(rng, chromosome, longest)
        patches.setdefault(style.stands_at(chromosome.place), []).append((drawn, chromosome.place, chromosome.changed))
    sheet = _Sheet(rng, style, width, patches)
    for index in range(len(style.rows)):
        sheet.fill_row(index)
    return Page(_scan(rng, np.maximum(sheet.ink, sheet.captions())), tuple(sheet.standing), sheet.places)


class _Sheet:
    """A page while it is being filled, row by row from the top."""

    def __init__(
        self,
        rng: np.random.Generator,
        style: PageStyle,
        width: int,
        patches: dict[str, list[tuple[Patch, str, bool]]],
    ) -> None:
        self._rng, self._style, self._width, self._patches = rng, style, width, patches
        self._caption_room = width * (0.02 if style.caption is Caption.NONE else 0.045)
        self._row_heights = self._stretch([self._tallest(row) + self._caption_room for row in style.rows])
        height = int(sum(self._row_heights) + 2 * style.margin * width) + 1
        self.ink = np.zeros((height, width), np.float32)
        self.standing: list[Standing] = []
        self.places: dict[str, tuple[float, float]] = {}
        self._baselines: dict[str, tuple[float, float, float]] = {}

    def fill_row(self, index: int) -> None:
        """Put the chromosomes of one row on the page."""
        style, row = self._style, self._style.rows[index]
        top = style.margin * self._width + sum(self._row_heights[:index])
        bottom = top + self._row_heights[index] - self._caption_room
        slot = self._width * (1 - 2 * style.margin) / len(row)
        for column, place in enumerate(row):
            if place is None:
                continue
            x = style.margin * self._width + slot * (column + 0.5) + self._jitter()
            self._baselines[place] = (x, bottom, slot)
            self.places[place] = (x, bottom - 0.04 * self._width)
            self._fill_place(place, x, bottom, (top + bottom) / 2)

    def captions(self) -> Patch:
        """Draw what stands under the places, (height, width)."""
        height, width = self.ink.shape
        canvas = Image.new("L", (width * 2, height * 2), 0)
        pen, caption = ImageDraw.Draw(canvas), self._style.caption
        shade, size = int(self._rng.uniform(140, 255)), int(width * self._rng.uniform(0.028, 0.044))
        line_reach = self._rng.uniform(0.25, 0.42)
        for place, (x, bottom, slot) in self._baselines.items():
            y = bottom + width * 0.010
            if caption in (Caption.LINE, Caption.LINE_AND_NUMBER):
                pen.line((2 * (x - slot * line_reach), 2 * y, 2 * (x + slot * line_reach), 2 * y), fill=shade, width=2)
            if caption in (Caption.NUMBER, Caption.LINE_AND_NUMBER):
                pen.text((2 * x, 2 * (y + width * 0.004)), place, fill=shade, anchor="ma", font=_font(size))
        return np.asarray(canvas.resize((width, height), Image.Resampling.BOX), np.float32) / np.float32(255)

    def _fill_place(self, place: str, x: float, bottom: float, middle: float) -> None:
        patches = self._patches.get(place, [])
        gap = self._style.gap * self._width
        left = x - (sum(patch.shape[1] for patch, _, _ in patches) + gap * (len(patches) - 1)) / 2
        for patch, name, changed in patches:
            height, width = patch.shape
            top = bottom - height if self._style.bottom_aligned else middle - height / 2
            self._stamp(patch, left, top + self._jitter(), name, changed)
            left += width + gap

    def _stamp(self, patch: Patch, left: float, top: float, name: str, changed: bool) -> None:
        height, width = patch.shape
        row = int(np.clip(top, 0, max(0, self.ink.shape[0] - height)))
        column = int(np.clip(left, 0, max(0, self.ink.shape[1] - width)))
        part = self.ink[row : row + height, column : column + width]
        np.maximum(part, patch[: part.shape[0], : part.shape[1]], out=part)
        self.standing.append(Standing(name, changed, (column, row, column + width, row + height)))

    def _tallest(self, row: Sequence[str | None]) -> float:
        heights = [patch.shape[0] for place in row if place for patch, _, _ in self._patches.get(place, [])]
        return float(max(heights, default=0.04 * self._width))

    def _stretch(self, heights: list[float]) -> list[float]:
        """Share out the room a taller page leaves."""
        spare = self._style.aspect * self._width - sum(heights) - 2 * self._style.margin * self._width
        return [height + max(0.0, spare) / len(heights) for height in heights]

    def _jitter(self) -> float:
        return float(self._rng.normal(0, self._style.jitter * self._width))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _scan(rng: np.random.Generator, ink: Patch) -> NDArray[np.uint8]:
    """Turn ink into the grey page a scanner or a program would save."""
    paper = rng.uniform(0.85, 1.0) * (_shading(rng, ink.shape) if rng.random() < 0.3 else 1.0)
    grey = paper * (1 - ink * rng.uniform(0.75, 1.0))
    grey = grey + rng.normal(0, rng.uniform(0, 0.02), ink.shape)
    image = Image.fromarray(np.uint8(np.rint(255 * np.clip(grey, 0, 1))))
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.9) * ink.shape[1] / 480))
    if rng.random() < 0.5:
        image = _through_jpeg(image, int(rng.integers(40, 95)))
    return np.asarray(image)


def _shading(rng: np.random.Generator, shape: tuple[int, ...]) -> Patch:
    """Draw uneven light: a slope across the page."""
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    slope_x, slope_y = rng.uniform(-0.08, 0.08, 2)
    shading: Patch = (1 - abs(slope_x) - abs(slope_y) + slope_x * x + slope_y * y).astype(np.float32)
    return shading


def _through_jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("L")
