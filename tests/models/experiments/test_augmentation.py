from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.experiments import chromosome_changes
from models.experiments.alpha import paint
from models.experiments.augmentation import THESIS, Augmentation, Picture, copy_of, resized

PAGE = paint(1, "normal-001")
STILL = Augmentation(brightness=0.0, noise=0.0, blur=0.0)


def copy(number: int, how: Augmentation = THESIS) -> Picture:
    return copy_of(PAGE, "normal-001", number, 1, how)


def likeness(one: Picture, other: Picture) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_every_picture_is_416_pixels_square_and_the_first_is_only_resized() -> None:
    assert copy(0).shape == copy(1).shape == (416, 416)
    np.testing.assert_array_equal(copy(0), resized(PAGE))


def test_a_copy_depends_on_its_name_its_number_and_the_seed_alone() -> None:
    np.testing.assert_array_equal(copy(1), copy(1))
    others = [copy(2), copy_of(PAGE, "normal-002", 1, 1), copy_of(PAGE, "normal-001", 1, 2)]
    assert all(not np.array_equal(copy(1), other) for other in others)


def test_brightness_changes_by_a_quarter_at_most() -> None:
    flat = np.full((50, 80), 160, np.uint8)
    levels = [int(copy_of(flat, "flat", number, 1, replace(STILL, brightness=0.25))[0, 0]) for number in range(1, 60)]
    assert 120 <= min(levels) < 130
    assert 190 < max(levels) <= 200


def test_noise_strikes_one_pixel_in_twenty_at_most() -> None:
    flat = np.full((50, 80), 160, np.uint8)
    shares = [
        float(np.mean(copy_of(flat, "flat", number, 1, replace(STILL, noise=0.05)) != 160)) for number in range(1, 30)
    ]
    assert max(shares) < 0.055
    assert max(shares) > 0.04
    assert min(shares) < 0.01


def test_blur_takes_contrast_away() -> None:
    sharp, soft = copy(0), copy(1, replace(STILL, blur=3.0))
    assert np.abs(np.diff(soft.astype(float))).mean() < np.abs(np.diff(sharp.astype(float))).mean()


def test_nothing_is_flipped_or_rotated() -> None:
    """A copy is more like the page than like any flip or turn of it."""
    turned = [np.flipud(copy(0)), np.fliplr(copy(0)), np.rot90(copy(0)), np.rot90(copy(0), 2)]
    for number in range(1, 6):
        assert likeness(copy(number), copy(0)) > max(likeness(copy(number), other) for other in turned) + 0.2


def test_single_chromosomes_turn_or_mirror_where_they_stand() -> None:
    rng = np.random.default_rng(0)
    turned, mirrored = chromosome_changes.turned(PAGE, 10.0, rng), chromosome_changes.mirrored(PAGE, rng)
    assert 0.6 < likeness(turned, PAGE) < 0.99
    changed = np.argwhere(mirrored != PAGE)
    height, width = np.ptp(changed, axis=0)
    assert 0 < height < PAGE.shape[0] / 3
    assert 0 < width < PAGE.shape[1] / 5
    empty = np.full((200, 300), 255, np.uint8)
    np.testing.assert_array_equal(chromosome_changes.mirrored(empty, rng), empty)


def test_the_options_of_the_future_work_change_a_copy() -> None:
    for how in (replace(STILL, turn=8.0), replace(STILL, mirror=1.0)):
        assert not np.array_equal(copy(1, how), copy(0))
        np.testing.assert_array_equal(copy(0, how), copy(0))


def test_closing_gaps_makes_more_of_the_picture_ink() -> None:
    fixed = np.full((400, 600), 255, np.uint8)
    for left in range(20, 580, 80):
        fixed[100:160, left : left + 12] = 40
    spread, packed = resized(fixed), resized(fixed, replace(THESIS, close_gaps=True))
    assert (packed < 128).mean() > 2 * (spread < 128).mean()


@pytest.mark.parametrize("how", [THESIS, replace(THESIS, turn=5.0, close_gaps=True)])
def test_a_record_tells_the_augmentation(how: Augmentation) -> None:
    assert Augmentation(**how.options) == how
