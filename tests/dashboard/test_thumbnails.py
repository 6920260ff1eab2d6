from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image
from sqlalchemy.orm import Session

from dashboard import thumbnails
from engine import store
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


def test_few_large_pictures_are_kept_and_they_displace_no_thumbnail(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.add_batch(dashboard.engine, *(records.png(seed) for seed in range(33)))
    karyograms = records.karyograms(dashboard.engine)
    read: list[str] = []
    picture = store.picture

    def counted(session: Session, sha256: str) -> bytes:
        read.append(sha256)
        return picture(session, sha256)

    monkeypatch.setattr(store, "picture", counted)
    thumbnails.thumbnail(karyograms[0])
    for karyogram in karyograms:
        thumbnails.large(karyogram)
    read.clear()
    thumbnails.thumbnail(karyograms[0])
    thumbnails.large(karyograms[32])
    assert read == []
    thumbnails.large(karyograms[0])
    assert read == [karyograms[0].image_sha256]
