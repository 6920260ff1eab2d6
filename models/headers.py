"""What the first bytes and the headers of a picture tell, and what is refused by them before a pixel is decoded.

A few kilobytes can ask for hours or for all memory: by a page of a thousand million pixels, by thousands of pages that
share the same bytes, by scans of a JPEG drawn over each other, by the tiles of a TIFF. Each of these has a limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import StrEnum

from PIL import TiffImagePlugin

PNG, JPEG, BMP, TIFF = "image/png", "image/jpeg", "image/bmp", "image/tiff"

_TIFF_MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}

_MOST_SCANS = 100  # as libtiff allows; a progressive JPEG has about ten
_MOST_SEGMENTS = 10_000  # one of notes holds up to 64 KiB
_MOST_PARTS = 100_000  # strips or tiles of a page; Pillow makes an object of each
_OFFSET_SIZES = {3: 2, 4: 4, 13: 4, 16: 8, 18: 8}  # bytes, by the number of the type (TIFF 6.0, page 15; BigTIFF)

# What begins a segment of a JPEG, or ends the picture. Inside a scan 0xFF is followed by 0, or begins a restart marker;
# other markers below 0xC0 have no length, and libjpeg passes over them or gives up.
_SEGMENT = re.compile(rb"\xff[\xc0-\xcf\xd9-\xfe]")
_END_OF_IMAGE, _START_OF_SCAN = b"\xff\xd9", b"\xff\xda"


class PictureFault(StrEnum):
    """Why bytes could not be used as a picture."""

    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    TRUNCATED = "truncated"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"


class PictureError(ValueError):
    """Bytes that cannot be used as a picture; ``fault`` says which way, the message what was expected and found."""

    def __init__(self, fault: PictureFault, message: str) -> None:
        """Say which fault and, for people, what was expected and found."""
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True)
class Limits:
    """What a picture may be.

    ``max_pixels``: width times height of one page. ``min_side``: pixels of the shorter side of a page.
    ``max_pages``: pages of one file, because a small TIFF can point to the same pixels from thousands of pages; twice
    as many with small copies and masks. ``max_full_pages``: all pages of a file together have at most as many pixels
    as so many of the largest; 20 are 500 pages of 2,000 x 2,000.
    """

    max_pixels: int = 100_000_000
    min_side: int = 96
    max_pages: int = 500
    max_full_pages: int = 20

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value!r}")


DEFAULT_LIMITS = Limits()


def media_type(data: bytes) -> str:
    """Name the kind of a picture by its first bytes.

    Args:
        data: the file, or at least its first 18 bytes.

    Returns:
        "image/png", "image/jpeg", "image/bmp" or "image/tiff".

    Raises:
        PictureError: ``EMPTY`` without any byte, ``NOT_AN_IMAGE`` for anything else.
    """
    if not data:
        raise PictureError(PictureFault.EMPTY, "the file is empty: 0 bytes")
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(_TIFF_MAGICS):
        return TIFF
    # "BM" alone also begins many a text file
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return BMP
    message = f"expected a PNG, JPEG, BMP or TIFF picture, got a file that begins with {data[:8]!r}"
    raise PictureError(PictureFault.NOT_AN_IMAGE, message)


def check_size(size: tuple[int, int], number: int, limits: Limits) -> None:
    """Refuse a page that is too large or too small.

    Args:
        size: width and height, in pixels.
        number: of the page, from 0.
        limits: what a picture may be.

    Raises:
        PictureError: ``TOO_MANY_PIXELS`` or ``TOO_SMALL``.
    """
    width, height = size
    if width * height > limits.max_pixels:
        raise PictureError(
            PictureFault.TOO_MANY_PIXELS,
            f"expected at most {limits.max_pixels:,} pixels, page {number + 1} has {width} x {height}",
        )
    if min(size) < limits.min_side:
        raise PictureError(
            PictureFault.TOO_SMALL,
            f"expected at least {limits.min_side} pixels on each side, page {number + 1} has {width} x {height}",
        )


def check_segments(data: bytes) -> None:
    """Refuse a JPEG with more segments than any program writes, above all scans: each goes over all of the page again.

    Args:
        data: the whole file.

    Raises:
        PictureError: ``TOO_MANY_PIXELS``.
    """
    scans, place = 0, 0
    for _ in range(_MOST_SEGMENTS):
        marker = _SEGMENT.search(data, place)
        if marker is None or marker[0] == _END_OF_IMAGE:
            return
        scans += marker[0] == _START_OF_SCAN
        if scans > _MOST_SCANS:
            message = f"expected at most {_MOST_SCANS} scans in a JPEG, found more"
            raise PictureError(PictureFault.TOO_MANY_PIXELS, message)
        length = int.from_bytes(data[marker.end() : marker.end() + 2], "big")
        place = marker.end() + max(2, length)
    message = f"expected at most {_MOST_SEGMENTS:,} segments in a JPEG, found more"
    raise PictureError(PictureFault.TOO_MANY_PIXELS, message)


class TiffFile(TiffImagePlugin.TiffImageFile):
    """A TIFF as Pillow reads it, whose directories are looked at first."""

    def _setup(self) -> None:
        """Refuse a directory with too many strips or tiles before Pillow makes an object of each."""
        for tag in (TiffImagePlugin.STRIPOFFSETS, TiffImagePlugin.TILEOFFSETS):
            size = _OFFSET_SIZES.get(self.tag_v2.tagtype.get(tag, 0), 1)
            parts = len(self.tag_v2._tagdata.get(tag, b"")) // size
            if parts > _MOST_PARTS:
                message = f"expected at most {_MOST_PARTS:,} strips or tiles in a directory of a TIFF, found {parts:,}"
                raise PictureError(PictureFault.TOO_MANY_PIXELS, message)
        super()._setup()

    def check_tile(self, number: int, limits: Limits) -> None:
        """Refuse tiles that are larger than a page may be: all of one is decoded, whatever the page needs of it.

        Args:
            number: of the page, from 0.
            limits: what a picture may be.

        Raises:
            PictureError: ``TOO_MANY_PIXELS``.
        """
        width, height = (self.tag_v2.get(tag, 1) for tag in (TiffImagePlugin.TILEWIDTH, TiffImagePlugin.TILELENGTH))
        if not isinstance(width, int) or not isinstance(height, int) or width * height > limits.max_pixels:
            message = (
                f"expected tiles of at most {limits.max_pixels:,} pixels, page {number + 1} has {width} x {height}"
            )
            raise PictureError(PictureFault.TOO_MANY_PIXELS, message)
