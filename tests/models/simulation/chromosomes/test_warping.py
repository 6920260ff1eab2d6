"""Bending and straightening: ink keeps its place along the chromosome, whichever way it lies."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.simulation.chromosomes.axes import draw_axis, draw_ring
from models.simulation.chromosomes.straightening import Straight, straighten
from models.simulation.chromosomes.warping import ALONG, NODES, Strip, lay, with_margins

BOW = 1.6 * (ALONG - 0.5)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def banded(rows: int = 90, columns: int = 15) -> Strip:
    """A bar with bands of unequal darkness and empty margins around it."""
    bands = np.repeat([0.5, 0.9, 0.4, 1.0, 0.6, 0.8, 0.3, 0.9, 0.7], rows // 9).astype(np.float32)
    return with_margins(np.tile(bands[:, None], (1, columns)), 3, 3)


def along(patch: NDArray[np.float32]) -> NDArray[np.float64]:
    """The mean ink along a chromosome, 90 values from end to end."""
    rows = patch[patch.max(axis=1) > 0.2]
    profile = rows.sum(axis=1) / np.maximum((rows > 0.1).sum(axis=1), 1)
    return np.asarray(np.interp(np.linspace(0, 1, 90), np.linspace(0, 1, len(profile)), profile))


def inks(straight: Straight) -> Strip:
    return (np.asarray(straight.picture) / 255).astype(np.float32)


def alike(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    return float(np.corrcoef(one, two)[0, 1])


def test_a_straight_axis_changes_nothing() -> None:
    strip = banded()
    patch = lay(strip, np.zeros(NODES), density=1.0)
    assert patch.shape == pytest.approx((90, 15), abs=1)
    assert alike(along(patch), along(strip)) > 0.93


def test_density_is_strip_per_pixel() -> None:
    assert lay(banded(), np.zeros(NODES), density=2.0).shape == pytest.approx((45, 7.5), abs=2)


@pytest.mark.parametrize("bend", [0.5, 1.0, -1.3])
def test_bending_keeps_the_ink(bend: float) -> None:
    strip = banded()
    patch = lay(strip, bend * BOW, density=1.0)
    assert patch.shape[1] > 20, "it is bent"
    assert patch.sum() == pytest.approx(strip.sum(), rel=0.02)


def test_rows_are_drawn_as_wide_as_asked() -> None:
    strip = banded()
    width = np.where(np.arange(len(strip)) < 48, 0.5, 1.0).astype(np.float32)
    inked = (lay(strip, np.zeros(NODES), 1.0, width) > 0.2).sum(axis=1)
    assert np.median(inked[5:40]) == pytest.approx(7.5, abs=1)
    assert np.median(inked[50:85]) == pytest.approx(15, abs=1)


def test_a_ring_has_a_hole_and_no_seam() -> None:
    strip = with_margins(np.full((90, 11), 0.8, np.float32), 0, 2)
    for seed in range(5):
        patch = lay(strip, draw_ring(rng(seed)), 1.0, ring=True)
        _, holes = ndimage.label(patch < 0.2)
        outside_too = np.pad(patch, 1)
        _, regions = ndimage.label(outside_too < 0.2)
        assert regions == 2, "one outside, one hole: no gap joins them"
        assert holes >= 1
        assert max(patch.shape) / min(patch.shape) < 1.5


def test_drawn_axes_stand_upright_and_never_coil() -> None:
    axes = [draw_axis(rng(seed), bend=0.9, centromere=0.4) for seed in range(400)]
    assert np.median([abs(np.sin(axis).sum() / np.cos(axis).sum()) for axis in axes]) < 0.3
    assert max(np.ptp(axis) for axis in axes) < np.pi, "its ends never meet"
    assert max(np.ptp(axis) for axis in axes) > 1.0, "some are much bent"


@pytest.mark.parametrize("bend", [0.0, 1.0, 1.5])
def test_straightening_undoes_bending(bend: float) -> None:
    strip = banded()
    picture = np.pad(lay(strip, bend * BOW, 1.0), 4)
    straight = straighten(np.rint(255 * (1 - np.clip(picture, 0, 1))).astype(np.uint8))
    ink = inks(straight)
    assert straight.length == pytest.approx(90, rel=0.06)
    assert alike(along(ink)[6:-6], along(strip)[6:-6]) > 0.75
    assert 0.6 * bend * np.ptp(BOW) <= np.ptp(straight.axis) <= bend * np.ptp(BOW) + 0.01


def test_an_empty_crop_stays_empty() -> None:
    assert not np.asarray(straighten(np.full((20, 10), 255, np.uint8)).picture).any()


def test_real_crops_come_back_when_bent_as_they_were(shared_data: Path) -> None:
    alike_by_crop = []
    with zipfile.ZipFile(shared_data / "chromosomes.zip") as crops:
        for name in crops.namelist()[:: len(crops.namelist()) // 60]:
            crop = np.asarray(Image.open(BytesIO(crops.read(name))).convert("L"))
            straight = straighten(crop)
            back = lay(inks(straight), straight.axis, 1.0)
            size = (crop.shape[1], crop.shape[0])
            again = np.asarray(Image.fromarray((255 * np.clip(back, 0, 1)).astype(np.uint8)).resize(size))
            alike_by_crop.append(alike(again.ravel().astype(float), 255.0 - crop.ravel()))
    assert np.median(alike_by_crop) > 0.95
    assert np.quantile(alike_by_crop, 0.1) > 0.88
