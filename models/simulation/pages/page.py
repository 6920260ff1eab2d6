"""Arrange patches of chromosomes on a page, caption it, and scan it; the truth about each chromosome stays known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.simulation.chromosomes.material import Material
from models.simulation.karyotypes.karyotype import Karyotype
from models.simulation.pages.arrangements import Arrangement, Drawn, Owners, Standing, arrange, draw_one
from models.simulation.pages.captions import write_captions
from models.simulation.pages.developing import develop, expose
from models.simulation.pages.notes import write_notes
from models.simulation.pages.pens import Pen
from models.simulation.pages.plans import Plan
from models.simulation.pages.styles import PageStyle
from models.simulation.pages.warps import Warp


@dataclass(frozen=True)
class Page:
    """A page, (height, width) uint8, whose ink is where, what stands on it, and the centre (x, y) of each place."""

    pixels: NDArray[np.uint8]
    owners: Owners
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
        style: how they are arranged, captioned and scanned.
        width: of the page in pixels.
    """
    plan = Plan(style.layout, style.spacing, style.captions.room + style.notes.room, width)
    arranged = arrange(rng, plan, _draw(rng, karyotype, material, plan))
    image = expose(rng, style.scan, arranged.ink, _write(rng, style, arranged), arranged.standing)
    warp = Warp.fit(style.warp, image.size, arranged.standing, width)
    image = warp.image(image, style.warp.surround)
    places = {name: warp.point(point) for name, point in arranged.places.items()}
    owners = np.asarray(warp.image(Image.fromarray(arranged.owners), 0.0, Image.Resampling.NEAREST))
    return Page(develop(rng, style.scan, image), owners, warp.boxes(arranged.standing), places)


def _draw(rng: np.random.Generator, karyotype: Karyotype, material: Material, plan: Plan) -> dict[str, list[Drawn]]:
    """Draw the chromosomes of each place."""
    length, tilt = plan.longest, plan.spacing.tilt
    drawn: dict[str, list[Drawn]] = {}
    for chromosome in karyotype.chromosomes:
        one = draw_one(rng, chromosome, material, length, tilt)
        drawn.setdefault(plan.layout.stands_at(chromosome.place), []).append(one)
    for homologues in drawn.values():
        # a karyotype lists what is changed or extra last; where it stands must not tell
        rng.shuffle(homologues)
    return drawn


def _write(rng: np.random.Generator, style: PageStyle, arranged: Arrangement) -> Image.Image:
    """Write captions and notes."""
    pen = Pen(*arranged.ink.shape)
    write_captions(pen, style.captions, arranged.slots)
    write_notes(rng, pen, style.notes, arranged.standing)
    return pen.layer
