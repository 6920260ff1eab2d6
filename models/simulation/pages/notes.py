"""What else is written and drawn on a page: titles, case and cell numbers, scale bars, arrows, rings, frames.

None of it may give the truth away. Texts are drawn without knowing the karyotype, so they are mostly wrong; arrows
stand on as many normal pages as on abnormal ones, and point to any chromosome as well as to a changed one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from models.simulation.karyotypes.draws import draw_karyotype, draw_kind
from models.simulation.pages.arrangements import Box, Standing
from models.simulation.pages.families import Variety
from models.simulation.pages.pens import FONTS, Pen
from models.simulation.pages.plans import Room


@dataclass(frozen=True)
class NoteStyle:
    """Texts and signs on a page; sizes are fractions of its width, shades 0 paper to 1 black.

    ``head`` and ``foot``: texts above and below the chromosomes. ``watermark``: a large pale text across them.
    ``arrows``, ``rings`` and ``stars``: how many there are. ``round``: whether rings are, or square. ``aimed``: whether
    signs point first to changed or extra chromosomes, if any. ``scale_bar``: length or 0. ``frame``: whether there is
    a line around the page.
    """

    head: str = ""
    foot: str = ""
    watermark: str = ""
    font: str = FONTS[0]
    size: float = 0.03
    shade: float = 1.0
    thickness: float = 0.004
    place: float = 0.5
    arrows: int = 0
    rings: int = 0
    stars: int = 0
    round: bool = True
    aimed: bool = False
    scale_bar: float = 0.0
    frame: bool = False

    @property
    def room(self) -> Room:
        """The room that the texts need."""
        line = 1.5 * self.size
        return Room(head=line if self.head else 0.0, foot=line if self.foot or self.scale_bar else 0.0)


def draw_note_style(rng: np.random.Generator, variety: Variety) -> NoteStyle:
    """Draw what is written and drawn around the chromosomes; it has no families."""
    if variety is Variety.FIXED:
        return NoteStyle()
    return NoteStyle(
        head=_text(rng) if rng.random() < 0.16 else "",
        foot=_text(rng) if rng.random() < 0.16 else "",
        watermark=_text(rng) if rng.random() < 0.03 else "",
        font=FONTS[int(rng.integers(len(FONTS)))],
        size=rng.uniform(0.02, 0.05),
        shade=float(rng.choice([1.0, rng.uniform(0.3, 1.0)])),
        thickness=rng.uniform(0.002, 0.006),
        place=float(rng.choice([0.0, 0.5, 1.0])),
        arrows=_few(rng, 0.15),
        rings=_few(rng, 0.03),
        stars=_few(rng, 0.03),
        round=bool(rng.random() < 0.6),
        aimed=bool(rng.random() < 0.4),
        scale_bar=rng.uniform(0.05, 0.15) if rng.random() < 0.04 else 0.0,
        frame=bool(rng.random() < 0.08),
    )


def _few(rng: np.random.Generator, share: float) -> int:
    return int(rng.integers(1, 4)) if rng.random() < share else 0


def _text(rng: np.random.Generator) -> str:
    """Write a word of the laboratory, or the ISCN of a karyotype that has nothing to do with the page."""
    if rng.random() < 0.5:
        return draw_karyotype(rng, draw_kind(rng, 0.6)).iscn
    n, m, k = (int(rng.integers(1, most)) for most in (9999, 99, 12))
    texts = _texts()
    return texts[int(rng.integers(len(texts)))].format(n=n, m=m, k=k)


@cache
def _texts() -> tuple[str, ...]:
    """Read what laboratories and books write; n, m and k are numbers."""
    file = resources.files("models.simulation.pages").joinpath("notes.txt")
    return tuple(file.read_text(encoding="utf-8").splitlines())


def write_notes(rng: np.random.Generator, pen: Pen, style: NoteStyle, standing: Sequence[Standing]) -> None:
    """Write the texts of a page and draw its signs."""
    _write_texts(pen, style)
    if style.frame:
        edge = 0.004 * pen.width
        pen.box((edge, edge, pen.width - edge, pen.height - edge), thickness=style.thickness, shade=style.shade)
    for aim in _aims(rng, style, standing, style.arrows):
        _arrow(rng, pen, style, aim)
    for left, top, right, bottom in _aims(rng, style, standing, style.rings):
        wide = 0.01 * pen.width
        box = (left - wide, top - wide, right + wide, bottom + wide)
        (pen.ring if style.round else pen.box)(box, thickness=style.thickness, shade=style.shade)
    for left, top, right, _ in _aims(rng, style, standing, style.stars):
        at = ((left + right) / 2, top)
        pen.write("*", at, anchor="ms", font=style.font, size=1.5 * style.size, shade=style.shade)


def _write_texts(pen: Pen, style: NoteStyle) -> None:
    edge = 0.015 * pen.width
    x, side = edge + style.place * (pen.width - 2 * edge), {0.0: "l", 0.5: "m", 1.0: "r"}[style.place]
    lines = ((style.head, edge, "t"), (style.foot, pen.height - edge, "b"))
    for text, y, end in lines:
        if text:
            pen.write(text, (x, y), anchor=side + end, font=style.font, size=style.size, shade=style.shade)
    if style.watermark:
        size, middle = 1.5 / (4 + len(style.watermark)), (pen.width / 2, pen.height / 2)
        pen.write(style.watermark, middle, anchor="mm", font=style.font, size=size, shade=0.25 * style.shade)
    if style.scale_bar:
        y, right = pen.height - edge, pen.width - edge
        pen.line(((right - style.scale_bar * pen.width, y), (right, y)), thickness=2 * style.thickness, shade=1.0)


def _aims(rng: np.random.Generator, style: NoteStyle, standing: Sequence[Standing], count: int) -> list[Box]:
    """Choose the chromosomes that signs point to; changed ones and those of three first where they are aimed at."""
    order = [standing[int(index)] for index in rng.permutation(len(standing))] if count else []
    if style.aimed:
        copies = Counter(one.place for one in standing)
        order.sort(key=lambda one: not (one.changed or copies[one.place] > 2))
    return [one.box for one in order[:count]]


def _arrow(rng: np.random.Generator, pen: Pen, style: NoteStyle, box: Box) -> None:
    """Draw an arrow, or its head alone, to a chromosome: mostly from its left or right, else from above or below."""
    left, top, right, bottom = box
    aside = rng.random() < 0.7
    side, slope, clear = 1 if rng.random() < 0.5 else -1, rng.uniform(-1.0, 1.0), 0.004 * pen.width
    along = np.array([side, slope] if aside else [slope / 2, side]) / np.hypot(1, slope) * pen.width
    if aside:
        tip = np.array([(right + clear if side > 0 else left - clear), rng.uniform(top, bottom)])
    else:
        tip = np.array([(left + right) / 2, bottom + clear if side > 0 else top - clear])
    across = np.array([-along[1], along[0]])
    head, length = rng.uniform(0.010, 0.02), rng.uniform(0.0, 0.06)
    neck = tip + along * head
    pen.blot([tuple(point) for point in (tip, neck + across * head / 2, neck - across * head / 2)], shade=style.shade)
    if length > head:
        pen.line([tuple(neck), tuple(neck + along * length)], thickness=style.thickness, shade=style.shade)
