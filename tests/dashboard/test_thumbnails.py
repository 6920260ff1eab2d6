from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from dashboard import thumbnails
from engine.vocabulary import Karyogram
from models.pictures import PictureError
from tests import records
from tests.dashboard.conftest import Dashboard


def stored(dashboard: Dashboard, data: bytes) -> Karyogram:
    records.add_batch(dashboard.engine, data)
    return records.karyograms(dashboard.engine)[0]


def test_a_thumbnail_is_a_small_picture_in_itself(dashboard: Dashboard) -> None:
    prefix, _, data = thumbnails.thumbnail(stored(dashboard, records.png(1, (500, 1000)))).partition(",")
    assert prefix == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (168, 84)


def test_the_large_picture_has_its_own_pixels(dashboard: Dashboard) -> None:
    large = Image.open(io.BytesIO(thumbnails.large(stored(dashboard, records.png(2)))))
    assert np.asarray(large).ravel().tolist() == records.pixels(2).ravel().tolist()


def test_bytes_that_cannot_be_decoded_any_more_leave_a_gap_in_the_list(dashboard: Dashboard) -> None:
    karyogram = stored(dashboard, records.png(3)[:300])
    assert thumbnails.thumbnail(karyogram) == ""
    with pytest.raises(PictureError):
        thumbnails.large(karyogram)
