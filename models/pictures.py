"""Pictures as laboratories have them, decoded into grey arrays: PNG, JPEG, BMP and TIFF of every common kind.

The kind of a file is read from its first bytes, never from its name, and what its headers promise is checked against
limits before a pixel is decoded (``models.headers``). A page comes out as it was stored, apart from four things: colour
becomes grey and coloured ink paper, transparency becomes white, more than 8 bits are scaled to 8 by the 0.1 and 99.9
percentiles of the page, and an inverted page (light chromosomes on a dark ground) is turned round.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import BmpImagePlugin, Image, ImageFile, ImageOps, JpegImagePlugin, PngImagePlugin

from models.colours import to_grey
from models.headers import (
    BMP,
    DEFAULT_LIMITS,
    JPEG,
    PNG,
    TIFF,
    Limits,
    PictureError,
    PictureFault,
    TiffFile,
    check_segments,
    check_size,
    media_type,
)

__all__ = [
    "DEFAULT_LIMITS",
    "GreyPage",
    "Limits",
    "PictureError",
    "PictureFault",
    "each_page",
    "media_type",
    "page",
    "pages",
]

GreyPage = NDArray[np.uint8]

# Pillow's guard warns at 89 megapixels and refuses at 179, whatever the laboratory allows. ``Limits`` takes its place:
# it is checked on the header of every page, before decoding.
Image.MAX_IMAGE_PIXELS = None

_OPENERS: dict[str, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    PNG: PngImagePlugin.PngImageFile,
    JPEG: JpegImagePlugin.JpegImageFile,
    BMP: BmpImagePlugin.BmpImageFile,
    TIFF: TiffFile,
}
# What Pillow raises on damaged bytes, found by cutting and changing files at random (tests/models/test_pictures.py).
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_NEW_SUBFILE_TYPE = 254
_REDUCED_OR_MASK = 0b101  # bits of NewSubfileType (TIFF 6.0, page 36): a small copy, a transparency mask


def each_page(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Iterator[GreyPage]:
    """Decode a file page by page, so that no more than one page is in memory.

    Only TIFF files have several pages; small copies and transparency masks inside them are not counted.

    Args:
        data: the whole file.
        limits: what a picture may be.

    Yields:
        One array for each page, shape (height, width), 0..255, light ground.

    Raises:
        PictureError: at the first page that cannot be used; earlier pages have been handed out by then.
    """
    pixels, most = 0, limits.max_pixels * limits.max_full_pages
    for number, frame in enumerate(_frames(_open(data), limits)):
        pixels += frame.width * frame.height
        if number >= limits.max_pages:
            message = f"expected at most {limits.max_pages} pages in one file, found more"
            raise PictureError(PictureFault.TOO_MANY_PIXELS, message)
        if number and pixels > most:  # the first page has a limit of its own
            message = f"expected at most {most:,} pixels in all pages of one file, {number + 1} pages have {pixels:,}"
            raise PictureError(PictureFault.TOO_MANY_PIXELS, message)
        yield _decode(frame, number, limits)


def pages(data: bytes, limits: Limits = DEFAULT_LIMITS) -> list[GreyPage]:
    """Decode every page of a file; see ``each_page`` for arguments, pages and errors."""
    return list(each_page(data, limits))


def page(data: bytes, number: int = 0, limits: Limits = DEFAULT_LIMITS) -> GreyPage:
    """Decode one page of a file without decoding the others.

    Args:
        data: the whole file.
        number: which page, from 0, counted as in ``each_page``.
        limits: what a picture may be.

    Returns:
        The page, shape (height, width), 0..255, light ground.

    Raises:
        PictureError: if the file cannot be used as a picture.
        IndexError: if the file has no such page.
    """
    found = -1
    for found, frame in enumerate(_frames(_open(data), limits)):
        if found == number:
            return _decode(frame, number, limits)
    raise IndexError(f"number must be a page of the file, 0..{found}, got {number!r}")


def _open(data: bytes) -> ImageFile.ImageFile:
    """Read the header. The plug-in is called directly, so that no other format is ever tried."""
    kind = media_type(data)
    if kind == JPEG:
        check_segments(data)
    try:
        return _OPENERS[kind](io.BytesIO(data))
    except PictureError:
        raise
    except _DAMAGE as error:
        raise _damaged(error, page_number=0) from error


def _frames(image: ImageFile.ImageFile, limits: Limits) -> Iterator[ImageFile.ImageFile]:
    """Point ``image`` at one page after the other; nothing but headers is read."""
    if not isinstance(image, TiffFile):
        yield image
        return
    position, most = 0, 2 * limits.max_pages
    while _seek(image, position):
        if position >= most:
            message = f"expected at most {most:,} pages, small copies and masks in one TIFF, found more"
            raise PictureError(PictureFault.TOO_MANY_PIXELS, message)
        kind = image.tag_v2.get(_NEW_SUBFILE_TYPE, 0)
        # the first picture is never left out, whatever it says of itself: a file has at least one page; and a tag of a
        # wrong type says nothing
        if position == 0 or not (isinstance(kind, int) and kind & _REDUCED_OR_MASK):
            yield image
        position += 1


def _seek(image: TiffFile, position: int) -> bool:
    """Go to a directory of a TIFF; False behind the last one."""
    try:
        image.seek(position)
        image.tag_v2.get(_NEW_SUBFILE_TYPE)  # tags are decoded when asked for: damage shows here
    except EOFError:
        return False
    except PictureError:
        raise
    except _DAMAGE as error:
        raise _damaged(error, position) from error
    return True


def _decode(image: ImageFile.ImageFile, number: int, limits: Limits) -> GreyPage:
    """Decode the page that ``image`` points at."""
    check_size(image.size, number, limits)
    try:
        if isinstance(image, TiffFile):
            image.check_tile(number, limits)
        image.load()
        grey = _to_grey(_upright(image))
    except PictureError:
        raise
    except _DAMAGE as error:
        raise _damaged(error, number) from error
    return _dark_on_light(grey)


def _damaged(error: BaseException, page_number: int) -> PictureError:
    message = (
        f"page {page_number + 1} cannot be decoded, the file is cut off or damaged: {error or type(error).__name__}"
    )
    return PictureError(PictureFault.TRUNCATED, message)


def _upright(image: ImageFile.ImageFile) -> Image.Image:
    """Turn a picture the way its EXIF orientation says (Pillow has done so already for TIFF)."""
    try:
        return ImageOps.exif_transpose(image)
    except _DAMAGE:
        return image  # the pixels are loaded and fine: a damaged EXIF block only says nothing about the orientation


def _to_grey(image: Image.Image) -> GreyPage:
    """Reduce any mode of Pillow to 8-bit grey, shape (height, width)."""
    return _scale_to_8_bit(np.asarray(image)) if image.mode.startswith(("I", "F")) else to_grey(image)


def _scale_to_8_bit(values: NDArray[np.generic]) -> GreyPage:
    """Stretch the 0.1..99.9 percentiles to 0..255: 12 bits stored in 16 would come out nearly black otherwise."""
    levels = values.astype(np.float32)
    if not np.isfinite(levels).all():
        raise PictureError(PictureFault.NOT_AN_IMAGE, "expected finite pixel values, found NaN or infinity")
    low, high = np.percentile(levels, (0.1, 99.9))
    if high <= low:
        return np.full(values.shape, 255, dtype=np.uint8)  # one level only: an empty sheet
    levels -= low
    levels *= 255.0 / (high - low)
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def _dark_on_light(grey: GreyPage) -> GreyPage:
    """Turn an inverted page round: its ground, on its border and on most of it, lies in the darker half of its range.

    The border alone could be that of the scanner's lid, or a thick black frame.
    """
    sample = grey[::4, ::4]  # every 16th pixel is plenty to tell light from dark
    low, high = np.percentile(sample, (0.1, 99.9))
    ground = max(np.median(_border(grey)), np.median(sample))
    return 255 - grey if ground < (low + high) / 2 else grey


def _border(grey: GreyPage) -> GreyPage:
    """The outermost 2 % of the page on every side, flat."""
    depth = max(1, min(grey.shape) // 50)
    sides = grey[:depth], grey[-depth:], grey[:, :depth], grey[:, -depth:]
    return np.concatenate([side.ravel() for side in sides])
