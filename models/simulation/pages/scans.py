"""How an arranged page becomes grey pixels: paper and ink, then optics, dirt, and what files do to pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from models.simulation.pages.families import Families, Variety
from models.simulation.pages.grounds import CutOuts, Ground, Halo


class ScanFamily(StrEnum):
    """Where a picture comes from."""

    CLEAN = "clean"
    GREY = "grey"
    SOFTWARE = "software"
    PHOTOGRAPH = "photograph"
    PRINT = "print"
    WEB = "web"
    FEW_LEVELS = "few_levels"
    PHOTOCOPY = "photocopy"
    CUT_OUTS = "cut_outs"
    HALFTONE = "halftone"
    SCREEN = "screen"
    CLIPPINGS = "clippings"


SCAN_FAMILIES = Families[ScanFamily](
    training={
        ScanFamily.CLEAN: 0.22,
        ScanFamily.GREY: 0.10,
        ScanFamily.SOFTWARE: 0.14,
        ScanFamily.PHOTOGRAPH: 0.12,
        ScanFamily.PRINT: 0.10,
        ScanFamily.WEB: 0.14,
        ScanFamily.FEW_LEVELS: 0.04,
        ScanFamily.PHOTOCOPY: 0.05,
        ScanFamily.CUT_OUTS: 0.09,
    },
    held_out={ScanFamily.HALFTONE: 0.3, ScanFamily.SCREEN: 0.3, ScanFamily.CLIPPINGS: 0.4},
)


@dataclass(frozen=True)
class ScanStyle:
    """How a page is scanned; lengths are fractions of its width, 0 or ``None`` leaves an effect out.

    ``contrast``: darkness of the darkest ink, 0..1; above 1 it saturates. ``gamma``: of the ink, above 1 pale bands
    fade. ``blur``, ``noise`` (standard deviation, 0..1), ``loss`` (of resolution, a factor), ``sharpening`` (per cent),
    ``specks`` and ``hairs`` (how many), ``levels`` (of grey, ``dithered`` or
    not), ``dots`` and ``lines`` (pitch of a halftone and of a
    monitor), ``jpeg`` (qualities, one for each time the picture was saved).
    """

    ground: Ground = field(default_factory=Ground)
    cut_outs: CutOuts | None = None
    halo: Halo | None = None
    contrast: float = 0.95
    gamma: float = 1.0
    blur: float = 0.0
    loss: float = 0.0
    sharpening: int = 0
    noise: float = 0.0
    specks: int = 0
    hairs: int = 0
    levels: int = 0
    dithered: bool = False
    dots: float = 0.0
    lines: float = 0.0
    jpeg: tuple[int, ...] = ()


def draw_scan_style(rng: np.random.Generator, variety: Variety) -> ScanStyle:
    """Draw how a page is scanned."""
    if variety is Variety.FIXED:
        return ScanStyle()
    common = ScanStyle(
        ground=Ground(paper=rng.uniform(0.93, 1.0)),
        contrast=float(rng.choice([rng.uniform(0.75, 1.0), rng.uniform(0.4, 0.75)], p=[0.85, 0.15])),
        gamma=float(np.exp(rng.normal(0, 0.15))),
        blur=_sometimes(rng, 0.4, 0.0005, 0.0016),
        noise=_sometimes(rng, 0.4, 0.002, 0.015),
        jpeg=_saved(rng, 0.5, 60),
    )
    return _STYLES[SCAN_FAMILIES.draw(rng, variety)](rng, common)


def _sometimes(rng: np.random.Generator, share: float, low: float, high: float) -> float:
    return rng.uniform(low, high) if rng.random() < share else 0.0


def _saved(rng: np.random.Generator, share: float, worst: int, times: int = 1) -> tuple[int, ...]:
    return tuple(int(rng.integers(worst, 96)) for _ in range(times) if rng.random() < share)


def _clean(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    return style


def _grey(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    return replace(style, ground=Ground(paper=rng.uniform(0.55, 0.93)))


def _software(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    """A program has clipped the chromosomes out: a white rim on grey, or a grey one on white."""
    paper, rim = rng.uniform(0.65, 0.92), rng.uniform(0.93, 1.0)
    if rng.random() < 0.5:
        paper, rim = rim, paper
    return replace(style, ground=Ground(paper=paper), halo=Halo(rim, rng.uniform(0.001, 0.006)))


def _photograph(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    ground = Ground(
        paper=rng.uniform(0.7, 1.0),
        slope=rng.uniform(0.0, 0.35),
        vignette=rng.uniform(0.0, 0.3),
        blotches=_sometimes(rng, 0.5, 0.02, 0.10),
        texture=_sometimes(rng, 0.5, 0.005, 0.02),
    )
    return replace(
        style,
        ground=ground,
        contrast=rng.uniform(0.55, 0.95),
        blur=rng.uniform(0.0005, 0.0025),
        noise=rng.uniform(0.0, 0.03),
        specks=int(rng.integers(0, 12)),
        hairs=int(rng.random() < 0.15),
    )


def _print(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    """A page of a book: grain of the paper, sharpened by the scanner."""
    ground = Ground(
        paper=rng.uniform(0.8, 0.98),
        slope=_sometimes(rng, 0.4, 0.02, 0.15),
        texture=rng.uniform(0.005, 0.03),
        grain=rng.uniform(0.002, 0.02),
    )
    return replace(
        style,
        ground=ground,
        blur=rng.uniform(0.0008, 0.0025),
        sharpening=int(rng.integers(50, 300)),
        specks=int(rng.integers(0, 20)),
    )


def _web(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    """A small picture made larger, saved again and again."""
    return replace(style, loss=rng.uniform(1.2, 2.6), jpeg=_saved(rng, 0.9, 20, times=2))


def _few_levels(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    levels = int(rng.choice([2, 3, 4, 6, 8, 16], p=[0.1, 0.1, 0.2, 0.2, 0.2, 0.2]))
    # with two levels only a pale stain leaves bands
    gamma = 1.6 if levels == 2 else style.gamma
    return replace(style, levels=levels, gamma=gamma, dithered=bool(rng.random() < 0.4), jpeg=())


def _photocopy(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    """Black and white with little between, and dirt of the glass."""
    return replace(
        style,
        contrast=rng.uniform(1.1, 1.7),
        gamma=rng.uniform(1.0, 1.8),
        blur=rng.uniform(0.0005, 0.002),
        sharpening=int(rng.integers(0, 200)),
        specks=int(rng.integers(5, 60)),
        hairs=int(rng.integers(0, 3)),
    )


def _cut_outs(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    """Chromosomes cut out of photographs along straight lines, on paper lighter or darker than theirs."""
    darker = rng.random() < 0.6
    return replace(
        _photograph(rng, style),
        ground=Ground(
            paper=rng.uniform(0.85, 1.0) if darker else rng.uniform(0.55, 0.85), texture=rng.uniform(0, 0.015)
        ),
        cut_outs=CutOuts(
            shade=rng.uniform(0.72, 0.95) if darker else rng.uniform(1.05, 1.3),
            uneven=rng.uniform(0.0, 0.03),
            border=rng.uniform(0.003, 0.02),
            shadow=_sometimes(rng, 0.6, 0.1, 0.6),
            whole=bool(rng.random() < 0.4),
        ),
    )


def _halftone(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    return replace(_print(rng, style), dots=rng.uniform(0.005, 0.009), sharpening=0)


def _screen(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    return replace(_photograph(rng, style), lines=rng.uniform(0.004, 0.010), jpeg=_saved(rng, 1.0, 40))


def _clippings(rng: np.random.Generator, style: ScanStyle) -> ScanStyle:
    """Pieces of light photograph cut out along the chromosomes, on dark paper."""
    return replace(
        _photograph(rng, style),
        ground=Ground(paper=rng.uniform(0.45, 0.65), texture=rng.uniform(0.0, 0.02)),
        cut_outs=CutOuts(rng.uniform(1.3, 1.6), 0.03, rng.uniform(0.004, 0.012), rng.uniform(0.1, 0.6), 11),
    )


_STYLES: Mapping[ScanFamily, Callable[[np.random.Generator, ScanStyle], ScanStyle]] = MappingProxyType(
    {
        ScanFamily.CLEAN: _clean,
        ScanFamily.GREY: _grey,
        ScanFamily.SOFTWARE: _software,
        ScanFamily.PHOTOGRAPH: _photograph,
        ScanFamily.PRINT: _print,
        ScanFamily.WEB: _web,
        ScanFamily.FEW_LEVELS: _few_levels,
        ScanFamily.PHOTOCOPY: _photocopy,
        ScanFamily.CUT_OUTS: _cut_outs,
        ScanFamily.HALFTONE: _halftone,
        ScanFamily.SCREEN: _screen,
        ScanFamily.CLIPPINGS: _clippings,
    }
)
