"""Everything that one page has and another has not, drawn together."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models.simulation.pages.captions import CaptionStyle, draw_caption_style
from models.simulation.pages.families import Variety
from models.simulation.pages.layouts import FIXED_LAYOUT, Layout, draw_layout
from models.simulation.pages.notes import NoteStyle, draw_note_style
from models.simulation.pages.scans import ScanStyle, draw_scan_style
from models.simulation.pages.spacings import Spacing, draw_spacing
from models.simulation.pages.warps import WarpStyle, draw_warp_style


@dataclass(frozen=True)
class PageStyle:
    """How one page is arranged, captioned, scanned and laid; what is not said is as on a fixed page."""

    layout: Layout = FIXED_LAYOUT
    spacing: Spacing = field(default_factory=Spacing)
    captions: CaptionStyle = field(default_factory=CaptionStyle)
    notes: NoteStyle = field(default_factory=NoteStyle)
    scan: ScanStyle = field(default_factory=ScanStyle)
    warp: WarpStyle = field(default_factory=WarpStyle)


def draw_style(rng: np.random.Generator, variety: Variety = Variety.WIDE) -> PageStyle:
    """Draw the look of a page from the families that a variety allows."""
    layout = draw_layout(rng, variety)
    return PageStyle(
        layout=layout,
        spacing=draw_spacing(rng, variety),
        captions=draw_caption_style(rng, variety).fitting(layout),
        notes=draw_note_style(rng, variety),
        scan=draw_scan_style(rng, variety),
        warp=draw_warp_style(rng, variety),
    )
