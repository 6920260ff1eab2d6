"""Figures as programs draw them: curves, bars, points, maps of heat, sectors and boxes."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from models.simulation.strangers.canvas import font, sheet, words


def curves(rng: np.random.Generator) -> Image.Image:
    """Lines over axes, with a legend and perhaps a grid."""
    image, pen, frame = _axes(rng)
    left, top, right, bottom = frame
    x = np.linspace(left, right, 200)
    for number in range(int(rng.integers(1, 6))):
        walk = (
            np.cumsum(rng.normal(size=200)) if rng.random() < 0.5 else np.sin(np.linspace(0, rng.uniform(1, 20), 200))
        )
        y = bottom - (walk - walk.min()) / np.ptp(walk) * (bottom - top) * rng.uniform(0.4, 0.95)
        shade = int(rng.integers(0, 150))
        pen.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=shade, width=int(rng.integers(1, 5)))
        pen.text((right - 90, top + 6 + 16 * number), words(rng, 1), fill=shade, font=font(12))
    return image


def bars(rng: np.random.Generator) -> Image.Image:
    """Bars or a histogram, in one panel or in several rows of panels."""
    image, pen, _ = _axes(rng, drawn=False)
    width, height = image.size
    panels, touching = int(rng.integers(1, 5)), rng.random() < 0.4
    for panel in range(panels):
        bottom, tall = (panel + 0.9) / panels * height, 0.8 / panels * height
        count = int(rng.integers(4, 28))
        values = np.sort(rng.random(count))[::-1] if rng.random() < 0.4 else rng.random(count)
        pitch = 0.86 * width / count
        pen.line((0.08 * width, bottom, 0.95 * width, bottom), fill=0, width=2)
        for number, value in enumerate(values):
            left = 0.08 * width + number * pitch
            right = left + pitch * (1.0 if touching else rng.uniform(0.5, 0.7))
            pen.rectangle((left, bottom - value * tall, right, bottom), fill=int(rng.integers(40, 160)), outline=0)
    return image


def points(rng: np.random.Generator) -> Image.Image:
    """A cloud of points over axes."""
    image, pen, (left, top, right, bottom) = _axes(rng)
    count, size = int(rng.integers(20, 600)), rng.uniform(1.5, 8)
    u, v = rng.normal(size=(2, count))
    v = rng.uniform(-1, 1) * u + rng.uniform(0.2, 1) * v
    for a, b in zip(u, v, strict=True):
        x = left + (right - left) * np.clip(0.5 + a / 6, 0.02, 0.98)
        y = bottom - (bottom - top) * np.clip(0.5 + b / 6, 0.02, 0.98)
        pen.ellipse((x - size, y - size, x + size, y + size), fill=int(rng.integers(0, 140)))
    return image


def heat_map(rng: np.random.Generator) -> Image.Image:
    """Cells of different grey with a legend."""
    image, pen, (left, top, right, bottom) = _axes(rng)
    rows, columns = (int(count) for count in rng.integers(3, 40, 2))
    pitch_x, pitch_y = (right - left) / columns, (bottom - top) / rows
    levels = np.clip(rng.normal(0.5, 0.25, (rows, columns)), 0, 1)
    for (row, column), level in np.ndenumerate(levels):
        x, y = left + column * pitch_x, top + row * pitch_y
        pen.rectangle((x, y, x + pitch_x, y + pitch_y), fill=int(255 * level))
    return image


def sectors(rng: np.random.Generator) -> Image.Image:
    """One to four pie charts."""
    image, pen, _ = _axes(rng, drawn=False)
    width, height = image.size
    number = int(rng.integers(1, 5))
    for index in range(number):
        side = min(width / number, height) * 0.8
        left, top = index * width / number + 0.05 * width, (height - side) / 2
        ends = np.cumsum(rng.dirichlet(np.ones(int(rng.integers(2, 9))))) * 360
        for start, end in zip(np.r_[0.0, ends[:-1]], ends, strict=True):
            box = (left, top, left + side, top + side)
            pen.pieslice(box, float(start), float(end), fill=int(rng.integers(30, 240)), outline=255)
    return image


def boxes(rng: np.random.Generator) -> Image.Image:
    """Box plots: boxes with whiskers, side by side."""
    image, pen, (left, top, right, bottom) = _axes(rng)
    count = int(rng.integers(3, 26))
    pitch = (right - left) / count
    for number in range(count):
        low, first, middle, third, high = np.sort(rng.uniform(top, bottom, 5)).tolist()
        x, half = left + (number + 0.5) * pitch, 0.3 * pitch
        pen.line((x, low, x, high), fill=0, width=2)
        pen.rectangle((x - half, first, x + half, third), fill=int(rng.integers(60, 220)), outline=0, width=2)
        pen.line((x - half, middle, x + half, middle), fill=0, width=3)
    return image


def _axes(
    rng: np.random.Generator, *, drawn: bool = True
) -> tuple[Image.Image, ImageDraw.ImageDraw, tuple[float, float, float, float]]:
    """Return a sheet with axes and labels, its pen, and the box between the axes."""
    image = sheet(rng)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    left, top, right, bottom = 0.1 * width, 0.08 * height, 0.96 * width, 0.9 * height
    pen.text((0.3 * width, 0.02 * height), words(rng, 3), fill=0, font=font(18))
    if not drawn:
        return image, pen, (left, top, right, bottom)
    grid = rng.random() < 0.5
    for share in np.linspace(0, 1, int(rng.integers(4, 9))):
        x, y = left + share * (right - left), bottom - share * (bottom - top)
        pen.text((x, bottom + 4), f"{share:.1f}", fill=0, font=font(12))
        pen.text((left - 30, y - 8), f"{share:.1f}", fill=0, font=font(12))
        if grid:
            pen.line((x, top, x, bottom), fill=200)
            pen.line((left, y, right, y), fill=200)
    pen.line((left, top, left, bottom, right, bottom), fill=0, width=2)
    return image, pen, (left, top, right, bottom)
