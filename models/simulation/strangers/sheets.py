"""Papers and screens: blank, printed, written, ruled, drawn by a program."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from models.simulation.strangers.canvas import font, picture, sheet, words


def blank(rng: np.random.Generator) -> Image.Image:
    """An empty page: grain and shadow of the scanner, perhaps a stamp, punch holes or the edge of the lid."""
    image = sheet(rng)
    width, height = image.size
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    paper = 1 + rng.uniform(0, 0.15, 2) @ np.array([x.ravel(), y.ravel()]) + rng.normal(0, 0.02, x.size)
    image = Image.fromarray(np.uint8(np.clip(235 * paper, 0, 255)).reshape(height, width))
    pen, extra = ImageDraw.Draw(image), rng.random()
    if extra < 0.3:
        left, top, side = rng.uniform(0, 0.7) * width, rng.uniform(0, 0.7) * height, rng.uniform(0.08, 0.25) * width
        pen.ellipse((left, top, left + side, top + side), outline=90, width=3)
        pen.text((left + side / 4, top + side / 2.5), words(rng, 1), fill=90, font=font(max(8, int(side / 7))))
    elif extra < 0.5:
        for share in (0.3, 0.7):
            pen.ellipse((10, share * height, 34, share * height + 24), fill=60)
    elif extra < 0.65:
        pen.rectangle((0, 0, width, rng.uniform(0.01, 0.06) * height), fill=40)
    return image


def text(rng: np.random.Generator) -> Image.Image:
    """A printed page in one column or two, of any size of letters, with a heading."""
    image, size = sheet(rng), int(rng.integers(9, 34))
    pen, (width, height) = ImageDraw.Draw(image), image.size
    columns, margin = int(rng.integers(1, 3)), int(rng.uniform(0.04, 0.12) * width)
    column, stroke = (width - 2 * margin) // columns, int(rng.random() < 0.25)
    spacing = size * rng.uniform(1.15, 1.9)
    for number in range(columns):
        top = margin + size * 3.0
        while top < height - margin:
            line = words(rng, 30)[: int((column - size) / (0.62 * size) * (1.0 if rng.random() < 0.85 else 0.4))]
            pen.text((margin + number * column, top), line, fill=0, font=font(size), stroke_width=stroke)
            top += spacing * (1 if rng.random() < 0.9 else 2)
    pen.text((margin, margin), words(rng, 3), fill=0, font=font(int(size * rng.uniform(1.0, 1.8))))
    return image


def headline(rng: np.random.Generator) -> Image.Image:
    """A poster: a few lines of letters as tall as chromosomes, of changing size."""
    image = sheet(rng)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    top = 0.04 * height
    while top < 0.9 * height:
        size = int(rng.uniform(0.05, 0.2) * height)
        line = words(rng, 8)
        pen.text(
            (0.04 * width, top),
            line.upper() if rng.random() < 0.4 else line,
            fill=int(rng.integers(0, 90)),
            font=font(size),
            stroke_width=int(rng.integers(0, 1 + size // 20)),
        )
        top += size * rng.uniform(1.1, 1.6)
    return image


def table(rng: np.random.Generator) -> Image.Image:
    """A table of numbers, with or without lines."""
    image = sheet(rng)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    rows, columns, lines = int(rng.integers(4, 30)), int(rng.integers(2, 12)), rng.random() < 0.7
    pitch_y, pitch_x = 0.92 * height / rows, 0.94 * width / columns
    size = max(8, int(min(pitch_y * rng.uniform(0.4, 0.75), pitch_x / 5)))
    for row in range(rows):
        for column in range(columns):
            left, top = 0.03 * width + column * pitch_x, 0.04 * height + row * pitch_y
            cell = words(rng, 1) if column == 0 or row == 0 else f"{rng.uniform(0, 1000):.{int(rng.integers(0, 3))}f}"
            pen.text((left + 3, top + 2), cell, fill=20, font=font(size))
            if lines:
                pen.rectangle((left, top, left + pitch_x, top + pitch_y), outline=60)
    return image


def handwriting(rng: np.random.Generator) -> Image.Image:
    """Loops of a pen, line by line."""
    image = sheet(rng)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    size, slant = rng.uniform(0.015, 0.07) * height, rng.uniform(-0.2, 0.7)
    top = 0.06 * height + size
    while top < 0.95 * height:
        left = rng.uniform(0.04, 0.1) * width
        while left < 0.9 * width:
            t = np.linspace(0, 2 * np.pi * rng.integers(2, 9), 160)
            tall = size * (0.5 + 0.5 * np.abs(np.sin(t / 3 + rng.uniform(0, 6)))) * rng.uniform(0.7, 1.3)
            y = top - tall * np.sin(t) * rng.uniform(0.7, 1.2)
            x = left + t * size * 0.16 + 0.35 * size * np.cos(t) + slant * (top - y)
            pen.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=50, width=int(rng.integers(1, 4)))
            left = float(x.max()) + size * rng.uniform(0.4, 1.2)
        top += size * rng.uniform(2.2, 3.5)
    return image


def barcode(rng: np.random.Generator) -> Image.Image:
    """A label with bars of different width, or a square code."""
    if rng.random() < 0.4:
        modules = rng.random((int(rng.integers(17, 50)),) * 2) < 0.5
        side = int(rng.integers(5, 14))
        paper = np.pad(~np.kron(modules, np.ones((side, side), bool)), 3 * side, constant_values=True)
        return picture(paper.astype(np.float64))
    image = sheet(rng)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    for label in range(int(rng.integers(1, 6))):
        left, top = 0.08 * width, (0.06 + 0.18 * label) * height
        for bar in rng.integers(1, 5, int(rng.integers(30, 70))) * width / 420:
            pen.rectangle((left, top, left + bar, top + 0.12 * height), fill=0)
            left += bar + float(rng.integers(1, 5)) * width / 420
        pen.text((0.2 * width, top + 0.125 * height), str(rng.integers(10**9, 10**10)), fill=0, font=font(20))
    return image


def board(rng: np.random.Generator) -> Image.Image:
    """A chess board, a crossword, or squared paper."""
    rows, columns = (int(count) for count in rng.integers(4, 22, 2))
    side = int(rng.integers(25, 80))
    kind = rng.random()
    checks = np.indices((rows, columns)).sum(axis=0) % 2 == 0 if kind < 0.5 else rng.random((rows, columns)) < 0.3
    squares = np.where(checks & (kind < 0.8), 0.2, 1.0)
    image = picture(np.kron(squares, np.ones((side, side))).astype(np.float64))
    pen = ImageDraw.Draw(image)
    for row in range(rows + 1):
        pen.line((0, row * side, columns * side, row * side), fill=30, width=2)
    for column in range(columns + 1):
        pen.line((column * side, 0, column * side, rows * side), fill=30, width=2)
    return image


def screenshot(rng: np.random.Generator) -> Image.Image:
    """A window of a program: bars, a menu, buttons, boxes with text."""
    image = sheet(rng)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    pen.rectangle((0, 0, width, 0.06 * height), fill=int(rng.integers(40, 200)))
    pen.rectangle((0, 0.06 * height, 0.2 * width, height), fill=int(rng.integers(180, 245)))
    for line in range(int(rng.integers(4, 14))):
        pen.text((8, (0.09 + 0.06 * line) * height), words(rng, 1), fill=40, font=font(14))
    for _ in range(int(rng.integers(3, 12))):
        left, top = rng.uniform(0.22, 0.8) * width, rng.uniform(0.08, 0.85) * height
        right, bottom = left + rng.uniform(0.06, 0.5) * width, top + rng.uniform(0.04, 0.3) * height
        fill = int(rng.choice([255, 255, 230, 120]))
        pen.rounded_rectangle((left, top, right, bottom), 6, outline=100, fill=fill)
        for line in range(int((bottom - top) / 20)):
            pen.text((left + 6, top + 4 + 20 * line), words(rng, 4), fill=30, font=font(13))
    return image


def music(rng: np.random.Generator) -> Image.Image:
    """A score: staves with notes."""
    image = sheet(rng)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    pitch = rng.uniform(0.008, 0.016) * height
    top = 0.06 * height
    while top < 0.88 * height:
        for line in range(5):
            pen.line((0.05 * width, top + line * pitch, 0.95 * width, top + line * pitch), fill=40, width=1)
        for left in np.arange(0.08 * width, 0.93 * width, rng.uniform(1.8, 4) * pitch):
            y = top + pitch * float(rng.integers(-2, 10)) / 2
            pen.ellipse((left, y - pitch / 2, left + 1.3 * pitch, y + pitch / 2), fill=0)
            pen.line((left + 1.3 * pitch, y, left + 1.3 * pitch, y - 3.2 * pitch), fill=0, width=2)
        top += pitch * rng.uniform(8, 13)
    return image


def catalogue(rng: np.random.Generator) -> Image.Image:
    """Things in rows, tall ones first, as in a shop: the arrangement of a karyogram without a chromosome."""
    image = sheet(rng)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    rows, columns = int(rng.integers(3, 6)), int(rng.integers(6, 16))
    for row in range(rows):
        floor, tall = (row + 0.9) / rows * height, 0.75 / rows * height * (1 - 0.15 * row)
        for column in range(columns):
            left, wide = (column + 0.2) / columns * width, 0.6 / columns * width
            top = floor - tall * rng.uniform(0.6, 1.0)
            _thing(rng, pen, (left, top, left + wide, floor))
    return image


def _thing(rng: np.random.Generator, pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float]) -> None:
    """A bottle, an egg, a cone or a box."""
    left, top, right, bottom = box
    shade, middle, shoulder = int(rng.integers(0, 150)), (left + right) / 2, top + 0.4 * (bottom - top)
    kind = rng.integers(4)
    if kind == 0:
        pen.rectangle((middle - 0.15 * (right - left), top, middle + 0.15 * (right - left), bottom), fill=shade)
        pen.rounded_rectangle((left, shoulder, right, bottom), 3, fill=shade)
    elif kind == 1:
        pen.ellipse(box, fill=shade)
    elif kind == 2:
        pen.polygon([(middle, top), (right, bottom), (left, bottom)], fill=shade)
    else:
        pen.rectangle(box, fill=shade)
        pen.rectangle((left, shoulder, right, shoulder + 0.2 * (bottom - top)), fill=255 - shade)
