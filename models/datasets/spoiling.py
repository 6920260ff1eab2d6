"""Pages of lessons spoilt as no laboratory spoils them, so that a network learns what it may pass over."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from models.simulation.pages.disturbances import disturb
from models.simulation.pages.page import Page
from models.simulation.pages.scribbles import scribble

_SHARES: Final = ((0.5, disturb), (0.5, scribble))  # of the pages


def spoil(rng: np.random.Generator, page: Page) -> Page:
    """Disturb half of all pages, and write on half, some of them the same; chromosomes stay where they are."""
    for share, change in _SHARES:
        if rng.random() < share:
            page = replace(page, pixels=change(rng, page))
    return page
