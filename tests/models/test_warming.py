"""The pages that warm a model up: they have what real ones have, and the shapes that real ones have."""

from __future__ import annotations

import numpy as np
import pytest

from models.networks.segmentation_network import STEP
from models.reading.segmentation import seen, working
from models.warming import warming_pages


def shape(page: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> tuple[int, ...]:
    """What the network that reads pages is made ready for."""
    return seen(*working(page), STEP).shape


def test_there_is_one_karyogram_and_the_rest_is_empty() -> None:
    karyogram, *empty = warming_pages()
    assert karyogram.dtype == np.uint8
    assert (karyogram < 128).mean() > 0.01
    assert all((page == 255).all() for page in empty)
    assert np.array_equal(karyogram, warming_pages()[0])


@pytest.mark.parametrize(
    ("height", "width"), [(700, 900), (768, 1024), (600, 800), (480, 640), (1024, 1280), (1000, 1500), (1080, 1920)]
)
def test_pages_of_the_usual_sizes_meet_nothing_new(height: int, width: int) -> None:
    warmed = {shape(page) for page in warming_pages()}
    assert shape(np.full((height, width), 255, np.uint8)) in warmed
    assert len(warmed) >= 6
