"""The pages that warm a model up: they have what real ones have."""

from __future__ import annotations

import numpy as np

from models.predicting.warming import warming_pages


def test_there_are_karyograms_of_different_shapes_and_the_same_ones_each_time() -> None:
    pages = warming_pages()
    for page in pages:
        assert page.dtype == np.uint8
        assert (page < 128).mean() > 0.01
    heights, widths = zip(*(page.shape for page in pages), strict=True)
    assert len(set(heights)) == len(set(widths)) == len(pages) >= 2
    for page, again in zip(pages, warming_pages(), strict=True):
        np.testing.assert_array_equal(page, again)
