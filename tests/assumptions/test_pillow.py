"""What we rely on in Pillow: the modes of 16-bit pictures, reading a header without its pixels, and honest errors."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence, UnidentifiedImageError


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_keeps_every_value(kind: str) -> None:
    values = np.array([[0, 255], [256, 65535]], dtype=np.uint16)
    with Image.open(io.BytesIO(encoded(Image.fromarray(values), kind))) as picture:
        assert picture.mode.startswith("I;16")
        np.testing.assert_array_equal(np.asarray(picture), values)


def test_converting_sixteen_bits_to_eight_cuts_instead_of_scaling() -> None:
    """Why 16-bit pictures are scaled by ourselves: nearly all of a scanner's range would become white."""
    values = np.array([[0, 255, 4096, 65535]], dtype=np.uint16)
    grey = np.asarray(Image.fromarray(values).convert("L"))
    assert grey.tolist() != [[0, 0, 16, 255]]


@pytest.mark.parametrize(
    ("mode", "kind"), [("1", "PNG"), ("P", "PNG"), ("LA", "PNG"), ("CMYK", "JPEG"), ("CMYK", "TIFF")]
)
def test_the_modes_of_laboratories_come_back_as_they_were_stored(mode: str, kind: str) -> None:
    with Image.open(io.BytesIO(encoded(Image.new(mode, (4, 4)), kind))) as picture:
        assert picture.mode == mode


def test_every_page_of_a_tiff_can_be_reached() -> None:
    pages = [Image.new("L", (4, 4), shade) for shade in (10, 20, 30)]
    with Image.open(io.BytesIO(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))) as picture:
        assert [page.getpixel((0, 0)) for page in ImageSequence.Iterator(picture)] == [10, 20, 30]


def test_the_size_is_known_before_a_pixel_is_decoded() -> None:
    data = encoded(Image.effect_noise((256, 256), 50), "PNG")
    with Image.open(io.BytesIO(data[: len(data) // 2])) as picture:
        assert picture.size == (256, 256)
        with pytest.raises(OSError, match="truncated"):
            picture.load()


def test_what_is_no_picture_has_an_error_of_its_own() -> None:
    with pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(b"not a picture"))
