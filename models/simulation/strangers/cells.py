"""Chromosomes that are no human karyogram: as they lie in a cell, too few, drawn, turned, or of another species."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.simulation.chromosomes.material import Material, Patch
from models.simulation.karyograms import MaterialSource, simulate
from models.simulation.karyotypes.bands import bandings
from models.simulation.karyotypes.segments import Chromosome, Segment, normal_chromosome
from models.simulation.strangers.canvas import font, sheet

_CELL = (*(name for name in AUTOSOMES for _ in range(2)), "X")


@dataclass(frozen=True)
class Species:
    """Another species' set: its pairs, the shortest relative to the longest, and the share that has two arms."""

    pairs: int
    shortest: float
    two_armed: float
    rows: tuple[int, int]


MOUSE = Species(pairs=20, shortest=0.31, two_armed=0.0, rows=(2, 4))
CATTLE = Species(pairs=30, shortest=0.27, two_armed=0.03, rows=(3, 5))
DOG = Species(pairs=39, shortest=0.20, two_armed=0.03, rows=(4, 5))
FRUIT_FLY = Species(pairs=4, shortest=0.08, two_armed=0.5, rows=(1, 2))
BARLEY = Species(pairs=7, shortest=0.75, two_armed=1.0, rows=(1, 2))


def spread(rng: np.random.Generator, source: MaterialSource) -> Image.Image:
    """A metaphase spread: all chromosomes of a cell as they lie, any way round, some across others."""
    return _scattered(rng, source(rng), upright=False)


def unsorted(rng: np.random.Generator, source: MaterialSource) -> Image.Image:
    """Chromosomes cut out of a spread and straightened, but not yet arranged."""
    return _scattered(rng, source(rng), upright=True)


def _scattered(rng: np.random.Generator, material: Material, *, upright: bool) -> Image.Image:
    image = sheet(rng)
    width, height = image.size
    longest, reach = rng.uniform(0.10, 0.2) * min(width, height), rng.uniform(0.35, 0.95)
    for name in (*_CELL, str(rng.choice(["X", "Y"]))):
        chromosome = _ink(material.draw(rng, normal_chromosome(name), longest))
        turned = (
            chromosome if upright else chromosome.rotate(rng.uniform(0, 360), Image.Resampling.BICUBIC, expand=True)
        )
        distance, angle = np.sqrt(rng.random()) * reach, rng.uniform(0, 2 * np.pi)
        x = width / 2 * (1 + distance * np.cos(angle)) - turned.width / 2
        y = height / 2 * (1 + distance * np.sin(angle)) - turned.height / 2
        _stamp(image, turned, x, y)
    return image


def single(rng: np.random.Generator, source: MaterialSource) -> Image.Image:
    """One chromosome that fills the picture."""
    return _few(rng, source(rng), 1)


def pair(rng: np.random.Generator, source: MaterialSource) -> Image.Image:
    """One pair that fills the picture."""
    return _few(rng, source(rng), 2)


def _few(rng: np.random.Generator, material: Material, count: int) -> Image.Image:
    name, tall = str(rng.choice(CHROMOSOMES)), rng.uniform(150, 400)
    patches = [_ink(material.draw(rng, normal_chromosome(name), tall)) for _ in range(count)]
    gap = int(rng.integers(4, 40))
    width = sum(patch.width for patch in patches) + gap * (count + 1)
    image = Image.new("L", (max(100, width), max(100, max(patch.height for patch in patches) + 2 * gap)), 255)
    left = float(gap)
    for patch in patches:
        _stamp(image, patch, left, gap)
        left += patch.width + gap
    return image


def one_row(rng: np.random.Generator, source: MaterialSource) -> Image.Image:
    """One row cut out of a karyogram."""
    first, places = int(rng.integers(len(CHROMOSOMES) - 3)), int(rng.integers(4, 9))
    names = CHROMOSOMES[first : first + places]
    return _arranged(rng, source(rng), [(normal_chromosome(name),) * 2 for name in names], rows=1)


def lying(rng: np.random.Generator, source: MaterialSource) -> Image.Image:
    """A whole karyogram that was scanned lying on its side."""
    page = Image.fromarray(simulate(rng, source, 0.2, width=int(rng.integers(400, 800))).page.pixels)
    return page.transpose(Image.Transpose.ROTATE_90 if rng.random() < 0.5 else Image.Transpose.ROTATE_270)


def species(rng: np.random.Generator, source: MaterialSource, kind: Species) -> Image.Image:
    """The arranged chromosomes of another species, put together from the arms of human ones."""
    lengths = np.linspace(0.85, 0.85 * kind.shortest, kind.pairs) * rng.normal(1, 0.03, kind.pairs)
    two_armed = rng.random(kind.pairs) < kind.two_armed
    pairs = [(_chromosome(rng, max(length, 0.05), both),) * 2 for length, both in zip(lengths, two_armed, strict=True)]
    return _arranged(rng, source(rng), pairs, rows=int(rng.integers(kind.rows[0], kind.rows[1] + 1)))


def ideogram(rng: np.random.Generator) -> Image.Image:
    """The printed chart of the human bands: each chromosome once, outlined, flat shades."""
    image = sheet(rng)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    rows = int(rng.integers(2, 5))
    table, places = bandings(int(rng.choice([400, 550, 850]))), np.array_split(np.arange(len(CHROMOSOMES)), rows)
    tall, half = 0.72 / rows * height, rng.uniform(0.008, 0.016) * width
    for row, members in enumerate(places):
        for column, member in enumerate(members):
            banding = table[CHROMOSOMES[member]]
            x, floor = (column + 0.7) / (len(members) + 0.5) * width, (row + 0.88) / rows * height
            edges = floor - tall * banding.length * (1 - banding.edges)
            for top, bottom, darkness in zip(edges[:-1], edges[1:], banding.darkness, strict=True):
                pen.rectangle((x - half, top, x + half, bottom), fill=int(255 * (1 - darkness)))
            pen.rounded_rectangle((x - half, edges[0], x + half, edges[-1]), half, outline=0, width=2)
            pen.text((x, floor + 4), CHROMOSOMES[member], fill=0, anchor="ma", font=font(max(9, int(0.02 * height))))
    return image


def _chromosome(rng: np.random.Generator, length: float, two_armed: bool) -> Chromosome:
    """Put a chromosome of a length, relative to the human chromosome 1, together."""
    short = length * rng.uniform(0.3, 0.5) if two_armed else 0.0
    upper = tuple(Segment(part.chromosome, part.start, part.end, inverted=True) for part in reversed(_arm(rng, short)))
    return Chromosome("1", (*upper, *_arm(rng, length - short)))


def _arm(rng: np.random.Generator, length: float) -> tuple[Segment, ...]:
    """Join long arms of human chromosomes, from the centromere on, until they are long enough."""
    parts: list[Segment] = []
    while length > 0.01:
        name = str(rng.choice(AUTOSOMES))
        banding = bandings(400)[name]
        span = min(length / banding.length, 1 - banding.centromere)
        parts.append(Segment(name, banding.centromere, banding.centromere + span))
        length -= span * banding.length
    return tuple(parts)


def _arranged(
    rng: np.random.Generator, material: Material, pairs: Sequence[tuple[Chromosome, ...]], rows: int
) -> Image.Image:
    """Arrange pairs in rows on a page as wide as the widest of them, with numbers or without."""
    longest, gap = rng.uniform(70, 150), rng.uniform(1, 8)
    numbers, places = rng.random() < 0.7, np.array_split(np.arange(len(pairs)), rows)
    pitch, floor = longest * rng.uniform(0.5, 1.0), longest * 1.35
    image = Image.new("L", (int(pitch * (len(places[0]) + 1)), int(floor * rows + 0.3 * longest)), 255)
    pen, size = ImageDraw.Draw(image), max(9, int(longest * rng.uniform(0.12, 0.22)))
    for row, members in enumerate(places):
        for column, member in enumerate(members):
            patches = [_ink(material.draw(rng, chromosome, longest)) for chromosome in pairs[member]]
            x, y = (column + 1) * pitch, (row + 1) * floor
            left = x - (sum(patch.width for patch in patches) + gap) / 2
            for patch in patches:
                _stamp(image, patch, left, y - patch.height)
                left += patch.width + gap
            if numbers:
                pen.text((x, y + 3), str(member + 1), fill=40, anchor="ma", font=font(size))
    return image


def _ink(patch: Patch) -> Image.Image:
    """Return the darkness of a chromosome, 0..255."""
    return Image.fromarray(np.uint8(np.rint(255 * patch)))


def _stamp(image: Image.Image, ink: Image.Image, left: float, top: float) -> None:
    """Press ink onto a sheet; where there is ink already, the darker one counts."""
    box = (round(left), round(top), round(left) + ink.width, round(top) + ink.height)
    under = np.asarray(image.crop(box))
    image.paste(Image.fromarray(np.minimum(under, 255 - np.asarray(ink))), box)
