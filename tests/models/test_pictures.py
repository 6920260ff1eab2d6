"""Decoding of every kind of picture that laboratories send, and of what is none."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from models.pictures import Limits, PictureError, PictureFault, each_page, media_type, page, pages

HEIGHT, WIDTH = 120, 160
LOOSE = Limits(max_pixels=1_000_000, min_side=8)


def drawing() -> NDArray[np.uint8]:
    """A light page with two dark bars, not the same in any direction."""
    grey = np.full((HEIGHT, WIDTH), 240, dtype=np.uint8)
    grey[20:70, 30:45] = 40
    grey[60:110, 100:112] = 90
    return grey


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def grey_file(kind: str = "PNG", **options: Any) -> bytes:
    return encode(Image.fromarray(drawing()), kind, **options)


def fault_of(data: bytes, limits: Limits = LOOSE) -> PictureFault:
    with pytest.raises(PictureError) as caught:
        pages(data, limits)
    return caught.value.fault


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("BMP", "image/bmp"), ("TIFF", "image/tiff")],
)
def test_kind_is_read_from_the_bytes(kind: str, expected: str) -> None:
    assert media_type(grey_file(kind)) == expected


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_lossless_kinds_come_out_exactly(kind: str) -> None:
    np.testing.assert_array_equal(page(grey_file(kind)), drawing())


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff_comes_out_exactly(compression: str) -> None:
    np.testing.assert_array_equal(page(grey_file("TIFF", compression=compression)), drawing())


def test_jpeg_comes_out_nearly() -> None:
    difference = page(grey_file("JPEG", quality=95)).astype(int) - drawing()
    assert np.abs(difference).mean() < 2


MODES = {
    "PNG": ["L", "LA", "P", "RGB", "RGBA"],
    "TIFF": ["L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB"],
    "BMP": ["L", "P", "RGB", "RGBA"],
}


@pytest.mark.parametrize(("kind", "mode"), [(kind, mode) for kind, modes in MODES.items() for mode in modes])
def test_every_mode_a_lossless_kind_can_store_becomes_the_same_grey(kind: str, mode: str) -> None:
    grey = page(encode(in_mode(mode), kind))
    assert np.abs(grey.astype(int) - drawing()).max() <= 2


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "YCbCr"])
def test_every_mode_of_jpeg_becomes_nearly_the_same_grey(mode: str) -> None:
    grey = page(encode(in_mode(mode), "JPEG", quality=95))
    assert np.abs(grey.astype(int) - drawing()).mean() < 2


def in_mode(mode: str) -> Image.Image:
    if mode != "LAB":
        return Image.fromarray(drawing()).convert(mode)
    neutral = Image.new("L", (WIDTH, HEIGHT), 128)
    return Image.merge("LAB", (Image.fromarray(drawing()), neutral, neutral))


def test_one_bit_picture_has_black_and_white() -> None:
    black_and_white = Image.fromarray(drawing()).point(lambda level: 255 if level > 128 else 0).convert("1")
    for kind in ("PNG", "TIFF", "BMP"):
        grey = page(encode(black_and_white, kind))
        np.testing.assert_array_equal(grey, np.where(drawing() > 128, 255, 0))


def test_transparent_pixels_become_white() -> None:
    alpha = np.where(drawing() < 200, 255, 0).astype(np.uint8)
    black = np.zeros_like(alpha)
    rgba = Image.fromarray(np.dstack([black, black, black, alpha]))
    np.testing.assert_array_equal(page(encode(rgba, "PNG")), np.where(drawing() < 200, 0, 255))


def test_transparent_palette_entry_becomes_white() -> None:
    palette = Image.fromarray(np.where(drawing() < 200, 1, 0).astype(np.uint8)).convert("P")
    palette.putpalette([0, 0, 0, 30, 30, 30])
    np.testing.assert_array_equal(page(encode(palette, "PNG", transparency=0)), np.where(drawing() < 200, 30, 255))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_twelve_bits_in_sixteen_use_the_whole_range(kind: str) -> None:
    deep = Image.fromarray(drawing().astype(np.uint16) * 16)
    grey = page(encode(deep, kind))
    assert grey.dtype == np.uint8
    assert (grey.min(), grey.max()) == (0, 255)
    assert grey[30, 35] == 0
    assert grey[80, 105] == round((90 - 40) / (240 - 40) * 255)


def test_sixteen_bit_big_endian_tiff() -> None:
    little = page(encode(Image.fromarray(drawing().astype(np.uint16) * 200), "TIFF"))
    big = page(big_endian_tiff(drawing().astype(">u2") * 200))
    np.testing.assert_array_equal(little, big)


def big_endian_tiff(values: NDArray[np.uint16]) -> bytes:
    """A minimal 16-bit TIFF in Motorola order, as older microscopes write it (TIFF 6.0, section 2)."""
    height, width = values.shape
    tags = [(256, 4, width), (257, 4, height), (258, 3, 16 << 16), (259, 3, 1 << 16), (262, 3, 1 << 16)]
    tags += [(273, 4, 8), (277, 3, 1 << 16), (278, 4, height), (279, 4, values.nbytes)]
    directory = struct.pack(">H", len(tags)) + b"".join(struct.pack(">HHII", tag, kind, 1, v) for tag, kind, v in tags)
    return struct.pack(">2sHI", b"MM", 42, 8 + values.nbytes) + values.astype(">u2").tobytes() + directory + b"\0" * 4


def test_floating_point_tiff() -> None:
    grey = page(encode(Image.fromarray(drawing().astype(np.float32) / 255), "TIFF"))
    assert (grey[0, 0], grey[30, 35]) == (255, 0)


def test_pixels_that_are_not_numbers_are_refused() -> None:
    values = drawing().astype(np.float32)
    values[5, 5] = np.nan
    assert fault_of(encode(Image.fromarray(values), "TIFF")) is PictureFault.NOT_AN_IMAGE


def test_empty_deep_sheet_is_white() -> None:
    sheet = Image.fromarray(np.full((HEIGHT, WIDTH), 700, dtype=np.uint16))
    assert (page(encode(sheet, "TIFF")) == 255).all()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_inverted_page_is_turned_round(kind: str) -> None:
    np.testing.assert_array_equal(page(encode(Image.fromarray(255 - drawing()), kind)), drawing())


def test_inverted_sixteen_bit_page_is_turned_round() -> None:
    deep = Image.fromarray((255 - drawing()).astype(np.uint16) * 257)
    upright = page(encode(Image.fromarray(drawing().astype(np.uint16) * 257), "TIFF"))
    np.testing.assert_array_equal(page(encode(deep, "TIFF")), upright)


def test_dim_page_is_not_taken_for_inverted() -> None:
    dim = drawing() // 2  # ground 120, below the middle of the scale
    np.testing.assert_array_equal(page(encode(Image.fromarray(dim), "PNG")), dim)


def test_white_page_with_a_thin_black_frame_is_not_taken_for_inverted() -> None:
    framed = np.pad(drawing(), 300, constant_values=240)
    framed[:2] = framed[-2:] = framed[:, :2] = framed[:, -2:] = 0
    np.testing.assert_array_equal(page(encode(Image.fromarray(framed), "PNG")), framed)


def test_white_page_on_the_dark_lid_of_a_scanner_is_not_taken_for_inverted() -> None:
    lid = np.pad(np.pad(drawing(), 300, constant_values=240), 60, constant_values=20)
    np.testing.assert_array_equal(page(encode(Image.fromarray(lid), "PNG")), lid)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
def test_orientation_of_the_camera_is_applied(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    grey = page(grey_file(kind, exif=exif))
    assert grey.shape == (WIDTH, HEIGHT)
    assert np.abs(grey.astype(int) - np.rot90(drawing(), -1)).mean() < 2


def test_damaged_exif_does_not_refuse_a_sound_picture() -> None:
    data = grey_file("JPEG", exif=b"Exif\0\0XX*\0 nothing of use here")
    assert page(data).shape == (HEIGHT, WIDTH)


def multi_page(count: int, **options: Any) -> bytes:
    images = [Image.fromarray(np.roll(drawing(), 7 * number, axis=1)) for number in range(count)]
    return encode(images[0], "TIFF", save_all=True, append_images=images[1:], **options)


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_every_page_of_a_tiff_comes_out_in_order(compression: str | None) -> None:
    data = multi_page(3, compression=compression)
    expected = [np.roll(drawing(), 7 * number, axis=1) for number in range(3)]
    np.testing.assert_array_equal(pages(data), expected)
    np.testing.assert_array_equal(page(data, 2), expected[2])


def test_missing_page_says_which_there_are() -> None:
    for number in (3, -1):
        with pytest.raises(IndexError, match=r"0\.\.2, got"):
            page(multi_page(3), number)


def test_a_subfile_tag_of_a_wrong_type_leaves_nothing_out() -> None:
    odd = TiffImagePlugin.ImageFileDirectory_v2()
    odd.tagtype[254] = 2  # ASCII, where a number belongs
    odd[254] = "page"
    second = Image.fromarray(drawing())
    second.encoderinfo = {"tiffinfo": odd}
    assert len(pages(grey_file("TIFF", save_all=True, append_images=[second]))) == 2


def test_pages_beyond_the_limit_are_refused() -> None:
    assert len(pages(multi_page(3), Limits(max_pages=3))) == 3
    assert fault_of(multi_page(3), Limits(max_pages=2)) is PictureFault.TOO_MANY_PIXELS


def test_small_copy_inside_a_tiff_is_no_page() -> None:
    small = Image.fromarray(drawing()).resize((40, 30))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    large = Image.fromarray(np.roll(drawing(), 5, axis=0))
    data = encode(Image.fromarray(drawing()), "TIFF", save_all=True, append_images=[small, large])
    assert len(pages(data)) == 2
    np.testing.assert_array_equal(page(data, 1), np.roll(drawing(), 5, axis=0))


def test_pages_are_decoded_one_by_one() -> None:
    first_page_of_a_cut_file = next(each_page(multi_page(2)[:-200], LOOSE), None)
    assert first_page_of_a_cut_file is not None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", PictureFault.EMPTY),
        (b"file,case_id\nP001_c1.png,P001\n", PictureFault.NOT_AN_IMAGE),
        (b"BM is how this text begins", PictureFault.NOT_AN_IMAGE),
        (b"GIF89a" + bytes(40), PictureFault.NOT_AN_IMAGE),
        (b"\x89PNG\r\n\x1a\n", PictureFault.TRUNCATED),
        (grey_file("PNG")[:200], PictureFault.TRUNCATED),
        (grey_file("JPEG")[:-300], PictureFault.TRUNCATED),
        (grey_file("BMP")[:-300], PictureFault.TRUNCATED),
        (grey_file("TIFF")[:-300], PictureFault.TRUNCATED),
        (grey_file("TIFF", compression="tiff_lzw")[:400], PictureFault.TRUNCATED),
    ],
    ids=["nothing", "text", "text-bm", "gif", "png-header", "png", "jpeg", "bmp", "tiff", "tiff-lzw"],
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of cut directories before it gives up
def test_what_cannot_be_used_is_named(data: bytes, fault: PictureFault) -> None:
    assert fault_of(data) is fault


def test_sides_at_the_limit_pass_and_one_pixel_less_does_not() -> None:
    assert len(pages(grey_file(), Limits(min_side=HEIGHT))) == 1
    assert fault_of(grey_file(), Limits(min_side=HEIGHT + 1)) is PictureFault.TOO_SMALL


def test_pixels_at_the_limit_pass_and_one_more_does_not() -> None:
    assert len(pages(grey_file(), Limits(max_pixels=HEIGHT * WIDTH))) == 1
    assert fault_of(grey_file(), Limits(max_pixels=HEIGHT * WIDTH - 1)) is PictureFault.TOO_MANY_PIXELS


def png_that_claims(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def test_huge_picture_is_refused_by_its_header_alone() -> None:
    data = png_that_claims(2_000_000, 2_000_000) + struct.pack(">I", 5) + b"IDAT" + bytes(9)
    assert fault_of(data, Limits()) is PictureFault.TOO_MANY_PIXELS


def test_picture_above_the_guard_of_pillow_is_decoded_within_our_limit() -> None:
    large = Image.new("1", (9_500, 9_500), 1)  # 90 megapixels: Pillow alone would warn
    assert page(encode(large, "TIFF"), limits=Limits(max_pixels=200_000_000)).shape == (9_500, 9_500)


def test_messages_say_what_was_expected_and_found() -> None:
    with pytest.raises(PictureError, match=r"at least 200 pixels on each side, page 1 has 160 x 120"):
        pages(grey_file(), Limits(min_side=200))
    with pytest.raises(PictureError, match=r"PNG, JPEG, BMP or TIFF picture, got a file that begins with b'%PDF-1.7'"):
        pages(b"%PDF-1.7 and so on")


@pytest.mark.parametrize("name", ["max_pixels", "min_side", "max_pages", "max_full_pages"])
def test_limits_below_one_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        Limits(**{name: 0})


MAKERS: dict[str, Callable[[], bytes]] = {
    "png": grey_file,
    "jpeg": lambda: grey_file("JPEG"),
    "jpeg-exif": lambda: grey_file("JPEG", exif=Image.Exif(), progressive=True),
    "bmp": lambda: grey_file("BMP"),
    "tiff": lambda: grey_file("TIFF"),
    "tiff-lzw": lambda: multi_page(2, compression="tiff_lzw"),
    "png-palette": lambda: encode(Image.fromarray(drawing()).convert("P"), "PNG"),
}
FILES = {name: make() for name, make in MAKERS.items()}


@given(name=st.sampled_from(sorted(FILES)), share=st.floats(0, 1, exclude_max=True))
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of damaged metadata and goes on
def test_file_cut_anywhere_gives_the_picture_or_a_clear_error(name: str, share: float) -> None:
    assert_pages_or_error(FILES[name][: int(share * len(FILES[name]))])


@given(name=st.sampled_from(sorted(FILES)), seed=st.integers(0, 2**32 - 1), changes=st.integers(1, 40))
@settings(max_examples=300, deadline=None)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_file_changed_anywhere_gives_a_picture_or_a_clear_error(name: str, seed: int, changes: int) -> None:
    random = np.random.default_rng(seed)
    data = np.frombuffer(FILES[name], dtype=np.uint8).copy()
    reach = len(data) if seed % 2 else min(len(data), 300)  # the headers are the most breakable part
    data[random.integers(0, reach, changes)] = random.integers(0, 256, changes)
    assert_pages_or_error(data.tobytes())


def assert_pages_or_error(data: bytes) -> None:
    try:
        found = pages(data, LOOSE)
    except PictureError as error:
        assert str(error)
    else:
        assert all(grey.ndim == 2 and grey.dtype == np.uint8 for grey in found)
