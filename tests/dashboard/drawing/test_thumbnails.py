from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image
from sqlalchemy.orm import Session

from dashboard.drawing import thumbnails
from engine.records import store
from engine.vocabulary import Karyogram
from models.pictures import PictureError
from tests import records
from tests.dashboard.conftest import Dashboard


def stored(dashboard: Dashboard, data: bytes) -> Karyogram:
    records.add_batch(dashboard.engine, data)
    return records.karyograms(dashboard.engine)[0]


def test_a_thumbnail_is_a_small_picture_in_itself(dashboard: Dashboard) -> None:
    prefix, _, data = thumbnails.small([stored(dashboard, records.png(1, (500, 1000)))])[0].partition(",")
    assert prefix == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (168, 84)


def test_the_large_picture_has_its_own_pixels(dashboard: Dashboard) -> None:
    large = Image.open(io.BytesIO(thumbnails.large(stored(dashboard, records.png(2)))))
    assert np.asarray(large).ravel().tolist() == records.pixels(2).ravel().tolist()


def test_bytes_that_cannot_be_decoded_any_more_leave_a_gap_in_the_list(dashboard: Dashboard) -> None:
    karyogram = stored(dashboard, records.png(3)[:300])
    assert thumbnails.small([karyogram])[0] == ""
    with pytest.raises(PictureError):
        thumbnails.large(karyogram)


def test_parts_stand_side_by_side_at_the_same_scale(dashboard: Dashboard) -> None:
    page = np.full((400, 300), 200, np.uint8)
    page[100:300, 50:90], page[200:300, 150:190] = 20, 60
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, "png")
    karyogram = stored(dashboard, buffer.getvalue())
    sheet = np.asarray(
        Image.open(io.BytesIO(thumbnails.cut_out(karyogram, [(50, 100, 90, 300), (150, 200, 190, 300)])))
    )
    first, second = np.argwhere(sheet < 40), np.argwhere((sheet > 50) & (sheet < 70))
    heights = [int(np.ptp(places[:, 0])) + 1 for places in (first, second)]
    assert heights[0] == pytest.approx(2 * heights[1], abs=4)
    assert first[:, 1].max() < second[:, 1].min()
    assert first[:, 0].max() == pytest.approx(second[:, 0].max(), abs=2)  # on one line
    assert (sheet[:4] == 200).all()  # above the shorter one there is paper


def test_a_part_may_reach_beyond_the_picture(dashboard: Dashboard) -> None:
    sheet = Image.open(io.BytesIO(thumbnails.cut_out(stored(dashboard, records.png(1)), [(0, 0, 10, 20)])))
    assert sheet.height > sheet.width > 0


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
    thumbnails.small([karyograms[0]])[0]
    for karyogram in karyograms:
        thumbnails.large(karyogram)
    read.clear()
    thumbnails.small([karyograms[0]])[0]
    thumbnails.large(karyograms[32])
    assert read == []
    thumbnails.large(karyograms[0])
    assert read == [karyograms[0].image_sha256]
