"""Files that ask for far more than their size: each is refused by its headers, and what is usual passes."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from models.headers import PictureError, PictureFault, check_segments
from models.pictures import page
from tests.models.test_pictures import drawing, encode

SCAN = b"\xff\xda"


def progressive() -> bytes:
    return encode(Image.fromarray(drawing()), "JPEG", progressive=True, quality=90)


def with_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is repeated until there are so many."""
    data = progressive()
    last = data[data.rindex(SCAN) : -2]
    return data[:-2] + last * (count - data.count(SCAN)) + data[-2:]


def with_segment(data: bytes, code: int, payload: bytes) -> bytes:
    return data[:2] + struct.pack(">BBH", 0xFF, code, len(payload) + 2) + payload + data[2:]


def test_a_jpeg_of_a_hundred_scans_is_decoded_and_of_more_refused() -> None:
    assert page(with_scans(100)).shape == drawing().shape
    with pytest.raises(PictureError, match="at most 100 scans in a JPEG, found more") as caught:
        page(with_scans(101))
    assert caught.value.fault is PictureFault.TOO_MANY_PIXELS


@pytest.mark.parametrize("code", [0xE1, 0xED, 0xFE])
def test_what_only_looks_like_a_scan_is_not_counted(code: int) -> None:
    thumbnail = with_segment(progressive(), code, SCAN * 200)
    np.testing.assert_array_equal(page(thumbnail), page(progressive()))
    assert page(progressive() + SCAN * 200).shape == drawing().shape


def test_scans_are_counted_behind_every_kind_of_filling() -> None:
    """Behind markers without a length, fill bytes and segments of no length, which libjpeg passes over."""
    for between in (b"\xff\x02\xff\xff", b"\xff\xff\xff", b"\xff\x00", b"\xff\xd3", b"\xff\xe5\x00\x00", b"garbage"):
        with pytest.raises(PictureError, match="found more"):
            check_segments(b"\xff\xd8" + (SCAN + b"\x00\x02" + between) * 101)


def test_a_jpeg_of_thousands_of_segments_is_refused() -> None:
    empty = struct.pack(">BBH", 0xFF, 0xE5, 2)
    assert page(progressive()[:2] + empty * 9_000 + progressive()[2:]).shape == drawing().shape
    with pytest.raises(PictureError, match="at most 10,000 segments in a JPEG, found more"):
        page(progressive()[:2] + empty * 10_000 + progressive()[2:])


def test_a_noisy_jpeg_with_restart_markers_has_one_scan() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (600, 600), dtype=np.uint8))
    data = encode(noise, "JPEG", quality=100, restart_marker_blocks=1)
    assert data.count(b"\xff\x00") > 100
    assert page(data).shape == (600, 600)
