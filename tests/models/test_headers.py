"""Files that ask for far more than their size: each is refused by its headers, and what is usual passes."""

from __future__ import annotations

import re
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from models.headers import Limits, PictureError, PictureFault, check_segments
from models.pictures import page, pages
from tests.models.test_pictures import drawing, encode, multi_page

SCAN = b"\xff\xda"
SIDE = 400


def progressive() -> bytes:
    return encode(Image.fromarray(drawing()), "JPEG", progressive=True, quality=90)


def with_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is repeated until there are so many."""
    data = progressive()
    last = data[data.rindex(SCAN) : -2]
    return data[:-2] + last * (count - data.count(SCAN)) + data[-2:]


def with_segment(data: bytes, code: int, payload: bytes) -> bytes:
    return data[:2] + struct.pack(">BBH", 0xFF, code, len(payload) + 2) + payload + data[2:]


def tiff(*directories: dict[int, tuple[int, int, int]], data: bytes = b"") -> bytes:
    """A TIFF of these directories, {tag: (type, count, value)}, with data behind them; -1 points to these."""
    sizes = [2 + 12 * len(tags) + 4 for tags in directories]
    found, place, end = b"II*\0" + struct.pack("<I", 8), 8, 8 + sum(sizes)
    for number, (tags, size) in enumerate(zip(directories, sizes, strict=True), 1):
        place += size
        rows = [(tag, kind, count, end if value == -1 else value) for tag, (kind, count, value) in sorted(tags.items())]
        found += struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *row) for row in rows)
        found += struct.pack("<I", place if number < len(directories) else 0)
    return found + data


def grey_tags(width: int, height: int, compression: int = 1) -> dict[int, tuple[int, int, int]]:
    return {256: (4, 1, width), 257: (4, 1, height), 258: (3, 1, 8), 259: (3, 1, compression), 262: (3, 1, 1)}


def tiles(side: int, tile: int, data: bytes, compression: int = 1) -> dict[int, tuple[int, int, int]]:
    """The tags of a page of one tile."""
    own = {322: (4, 1, tile), 323: (4, 1, tile), 324: (4, 1, -1), 325: (4, 1, len(data))}
    return grey_tags(side, side, compression) | own


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


def test_small_copies_and_masks_count_towards_a_limit() -> None:
    pixels = drawing().tobytes()
    large = grey_tags(160, 120) | {273: (4, 1, -1), 278: (4, 1, 120), 279: (4, 1, len(pixels))}
    small = large | {254: (4, 1, 1)}
    assert len(pages(tiff(large, *[small] * 5, data=pixels), Limits(max_pages=3))) == 1
    with pytest.raises(PictureError, match="at most 6 pages, small copies and masks in one TIFF, found more") as caught:
        pages(tiff(large, *[small] * 6, data=pixels), Limits(max_pages=3))
    assert caught.value.fault is PictureFault.TOO_MANY_PIXELS


def test_the_pages_of_a_file_have_a_limit_together() -> None:
    limits = Limits(max_pixels=160 * 120, max_full_pages=2)
    assert len(pages(multi_page(2), limits)) == 2
    with pytest.raises(PictureError, match="at most 38,400 pixels in all pages of one file, 3 pages have 57,600"):
        pages(multi_page(3), limits)
    assert page(multi_page(3), 2, limits).shape == (120, 160)


def test_a_page_that_is_too_large_by_itself_is_told_so() -> None:
    with pytest.raises(PictureError, match="at most 100 pixels, page 1 has 160 x 120"):
        pages(multi_page(2), Limits(max_pixels=100, max_full_pages=1))


def test_a_tile_may_be_as_large_as_a_page() -> None:
    content = zlib.compress(bytes(range(250)) * (512 * 512 // 250 + 1))
    data = tiff(tiles(SIDE, 512, content, compression=8), data=content)
    assert page(data, limits=Limits(max_pixels=512 * 512)).shape == (SIDE, SIDE)
    with pytest.raises(PictureError, match="tiles of at most 262,143 pixels, page 1 has 512 x 512") as caught:
        page(data, limits=Limits(max_pixels=512 * 512 - 1))
    assert caught.value.fault is PictureFault.TOO_MANY_PIXELS


def test_a_tile_of_gigabytes_is_refused_by_its_header() -> None:
    with pytest.raises(PictureError, match=re.escape("page 1 has 46000 x 46000")):
        page(tiff(tiles(100, 46_000, b"", compression=8)))


@pytest.mark.parametrize(("tag", "kind", "size"), [(273, 4, 4), (324, 4, 4), (324, 3, 2), (273, 16, 8)])
def test_too_many_strips_or_tiles_are_refused_before_they_are_listed(tag: int, kind: int, size: int) -> None:
    offsets = bytes(100_001 * size)
    data = tiff(grey_tags(60_000, 60_000) | {322: (4, 1, 1), 323: (4, 1, 1), tag: (kind, 100_001, -1)}, data=offsets)
    tracemalloc.start()
    with pytest.raises(PictureError, match="100,000 strips or tiles in a directory of a TIFF, found 100,001") as caught:
        page(data)
    assert tracemalloc.get_traced_memory()[1] < 5 * len(data)
    tracemalloc.stop()
    assert caught.value.fault is PictureFault.TOO_MANY_PIXELS


def test_a_page_of_small_tiles_is_decoded() -> None:
    count = (SIDE // 16) ** 2
    tags = tiles(SIDE, 16, b"") | {324: (4, count, -1), 325: (3, 1, 256)}
    first = len(tiff(tags)) + 4 * count
    offsets = struct.pack(f"<{count}I", *range(first, first + 256 * count, 256))
    second_of_second_row = SIDE // 16 + 1
    levels = (bytes([90 if number == second_of_second_row else 240]) * 256 for number in range(count))
    grey = page(tiff(tags, data=offsets + b"".join(levels)))
    assert (grey[:40, :40] == 90).sum() == (grey[16:32, 16:32] == 90).sum() == 256
