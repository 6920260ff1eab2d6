"""The input gate lets karyograms pass, in every quality, and nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from models.judging.gate import GateLimits, illegibility, page_statistics, refusals, unfamiliarity
from models.pictures import page as decode
from models.simulation.strangers import draw_stranger

Page = NDArray[np.uint8]

LIMITS = GateLimits()
# far enough from a karyogram for the ink alone; the others need the distance as well, at times
FAR = (
    "metaphase spread",
    "unsorted chromosomes",
    "single chromosome",
    "karyogram on its side",
    "blank page",
    "text",
    "headline",
    "board",
    "screenshot",
    "music",
    "curves",
    "points",
    "fractal scene",
    "texture",
    "x-ray",
    "fingerprint",
)
HEIGHTS = np.linspace(110, 30, 23).repeat(2)


def chromosome(height: float, angle: float = 0.0, band: int = 130) -> Image.Image:
    picture = Image.new("L", (20, round(height)), 255)
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((2, 0, 17, height - 1), radius=8, fill=70)
    for top in (0.3, 0.6):
        pen.rectangle((2, top * height, 17, (top + 0.15) * height), fill=band)
    return picture.rotate(angle, expand=True, fillcolor=255)


def drawn_karyogram(ground: int = 255, band: int = 130) -> Image.Image:
    """46 upright pieces in four rows, on white patches where the ground is grey."""
    sheet = Image.new("L", (700, 560), ground)
    for index, height in enumerate(HEIGHTS):
        row, column = divmod(index, 12)
        sheet.paste(chromosome(height, band=band), (30 + 54 * column, 130 * (row + 1) - round(height)))
    return sheet


def karyogram() -> Page:
    return np.asarray(drawn_karyogram())


def framed_karyogram() -> Page:
    """Each place in a box that its chromosomes touch."""
    sheet = drawn_karyogram()
    for index in range(0, 46, 2):
        row, column = divmod(index, 12)
        box = (22 + 54 * column, 130 * row + 12, 22 + 54 * (column + 2), 130 * (row + 1))
        ImageDraw.Draw(sheet).rectangle(box, outline=0, width=3)
    return np.asarray(sheet)


def metaphase_spread() -> Page:
    """The same 46 pieces as they lie in a cell: anywhere, any way round."""
    generator = np.random.default_rng(5)
    sheet = Image.new("L", (800, 800), 255)
    for height in HEIGHTS:
        left, top = generator.integers(20, 660, 2).tolist()
        piece = chromosome(height, generator.uniform(0, 360))
        sheet.paste(piece, (left, top), Image.eval(piece, lambda level: 255 - level))
    return np.asarray(sheet)


def text(size: int) -> Page:
    sheet = Image.new("L", (850, 1100), 255)
    font = ImageFont.load_default(size=size)
    for line in range(1000 // (size + 8)):
        words = "The quick brown fox jumps over the lazy dog and reports it" * 3
        ImageDraw.Draw(sheet).text((50, 40 + line * (size + 8)), words[: round(1500 / size)], fill=0, font=font)
    return np.asarray(sheet)


def photograph() -> Page:
    """Noise with the spectrum of natural pictures."""
    side, generator = 500, np.random.default_rng(2)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    frequency[0, 0] = 1.0
    scene = np.fft.ifft2(np.fft.fft2(generator.normal(size=(side, side))) / frequency**1.3).real
    grey: Page = (255 * (scene - scene.min()) / np.ptp(scene)).astype(np.uint8)
    return grey


def noise() -> Page:
    return np.clip(np.random.default_rng(3).normal(200, 12, (500, 600)), 0, 255).astype(np.uint8)


def variants(page: Page) -> dict[str, Page]:
    """The same page as other laboratories would send it."""
    height, width = page.shape
    image = Image.fromarray(page)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=15)
    light = np.linspace(0.6, 1.0, width)
    return {
        "low resolution": np.asarray(image.resize((width // 4, height // 4), Image.Resampling.BOX)),
        "poor JPEG": decode(jpeg.getvalue()),
        "grey background": (60 + page * (110 / 255)).astype(np.uint8),
        "pale": (150 + page * (100 / 255)).astype(np.uint8),
        "uneven light": (page * light).astype(np.uint8),
        "noisy": np.clip(page * 0.9 + np.random.default_rng(0).normal(0, 8, page.shape), 0, 255).astype(np.uint8),
        "out of focus": ndimage.gaussian_filter(page, 2.0),
        "wide margins": np.pad(page, 120, constant_values=255),
    }


def test_a_karyogram_passes() -> None:
    assert refusals(karyogram(), LIMITS) == ()
    assert page_statistics(karyogram()).pieces == 46


@pytest.mark.parametrize("quality", list(variants(karyogram())))
def test_a_karyogram_of_poor_quality_passes(quality: str) -> None:
    assert refusals(variants(karyogram())[quality], LIMITS) == ()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(np.full((600, 800), 255, np.uint8), id="blank"),
        pytest.param(np.zeros((600, 800), np.uint8), id="black"),
        pytest.param(noise(), id="noise"),
        pytest.param(photograph(), id="photograph"),
        pytest.param(metaphase_spread(), id="metaphase spread"),
        pytest.param(np.full((1, 1), 255, np.uint8), id="one pixel"),
        *(pytest.param(text(size), id=f"text of {size} pixels") for size in (12, 24, 48, 90)),
    ],
)
def test_anything_else_is_refused_with_a_reason(page: Page) -> None:
    assert refusals(page, LIMITS)


def test_a_karyogram_in_boxes_passes() -> None:
    assert refusals(framed_karyogram(), LIMITS) == ()
    assert page_statistics(framed_karyogram()).pieces >= 40


def test_chromosomes_on_paper_patches_pass() -> None:
    assert refusals(np.asarray(drawn_karyogram(ground=190)), LIMITS) == ()


def test_things_in_rows_without_bands_are_refused() -> None:
    assert refusals(np.asarray(drawn_karyogram(band=70)), LIMITS) == (
        "The pieces show no bands (the darkness along them changes by 0.0%; at least 1.5% expected).",
    )


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (
            GateLimits(min_background=256.0),
            "The background is too dark (grey level 255 of 255; at least 256 expected).",
        ),
        (
            GateLimits(min_ink=0.9),
            "Hardly anything is drawn on the page (12.5% of it is dark; at least 90.0% expected).",
        ),
        (GateLimits(max_ink=0.02), "Too much of the page is dark (13%; at most 2% expected)."),
        (GateLimits(min_pieces=47), "Too few pieces look like chromosomes (46; at least 47 expected)."),
        (GateLimits(max_pieces=20), "Too many pieces look like chromosomes (46; at most 20 expected)."),
        (GateLimits(min_aligned=1.1), "The pieces do not stand in rows (100% do; at least 110% expected)."),
        (
            GateLimits(min_height_ratio=9.0),
            "The pieces are too much alike in height (the tall ones are 2.8 times as tall as the short ones; at least "
            "9.0 times expected).",
        ),
    ],
)
def test_a_reason_says_what_was_found_and_what_was_expected(limits: GateLimits, reason: str) -> None:
    assert refusals(karyogram(), limits) == (reason,)


def test_a_picture_too_far_from_what_the_model_knows_is_refused() -> None:
    limits = GateLimits(max_distance=1.8)
    assert unfamiliarity(1.8, limits) == ()
    assert unfamiliarity(3.14159, limits) == (
        "The picture is unlike the karyograms the model knows (distance 3.14; at most 1.80 expected).",
    )
    assert unfamiliarity(float("nan"), limits) != ()


@pytest.mark.parametrize(
    ("chromosomes", "recognised", "reason"),
    [
        (46, 0.9, ()),
        (30, 0.45, ()),
        (29, 0.9, ("Only 29 chromosomes can be read (at least 30 expected).",)),
        (46, 0.3, ("The chromosomes cannot be told apart (30% sure by their looks; at least 45% expected).",)),
        (0, 0.0, ("Only 0 chromosomes can be read (at least 30 expected).",)),
    ],
)
def test_what_was_read_must_be_chromosomes(chromosomes: int, recognised: float, reason: tuple[str, ...]) -> None:
    assert illegibility(chromosomes, recognised, GateLimits()) == reason
    assert illegibility(46, float("nan"), GateLimits())


def test_a_model_without_a_limit_of_the_distance_refuses_nothing_for_it() -> None:
    assert unfamiliarity(1000.0, GateLimits()) == ()


@pytest.mark.parametrize("family", FAR)
def test_strangers_are_refused_for_their_ink(family: str) -> None:
    pages = [draw_stranger(family, seed=7, number=number) for number in range(3)]
    assert all(refusals(page, LIMITS) for page in pages)


def test_a_page_is_a_grey_picture_of_bytes() -> None:
    with pytest.raises(ValueError, match=r"\(height, width\) of uint8, got \(4, 4, 3\)"):
        refusals(np.zeros((4, 4, 3), np.uint8), LIMITS)


@pytest.mark.slow
def test_all_real_karyograms_pass(shared_data: Path) -> None:
    files = sorted((shared_data / "karyograms").glob("*.png"))
    refused = {file.name: why for file in files if (why := refusals(decode(file.read_bytes()), LIMITS))}
    assert len(files) == 351
    assert refused == {}


def test_real_karyograms_of_poor_quality_pass(shared_data: Path) -> None:
    files = sorted((shared_data / "karyograms").glob("*.png"))[::50]
    for file in files:
        for quality, page in variants(decode(file.read_bytes())).items():
            assert refusals(page, LIMITS) == (), f"{file.name}, {quality}"
