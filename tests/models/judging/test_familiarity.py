"""Familiarity tells pictures a network knows from those it does not, and is stored small and exactly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.judging.familiarity import (
    STRANGE_SHARE,
    Familiarity,
    FamiliarityError,
    fit,
    fit_with_limit,
    from_bytes,
    to_bytes,
)

CHANNELS = 64
MIXING = np.random.default_rng(1).normal(size=(6, CHANNELS)) * np.array([8, 5, 3, 2, 1, 1])[:, None]


def known(number: int, seed: int = 0) -> NDArray[np.float32]:
    """Features that vary in six directions, and a little in all others."""
    rng = np.random.default_rng(seed)
    features = 400.0 + rng.normal(size=(number, 6)) @ MIXING + rng.normal(0, 0.3, (number, CHANNELS))
    return np.asarray(features, np.float32)


@pytest.fixture(scope="module")
def familiarity() -> Familiarity:
    return fit(known(400), axes=6)


def test_what_is_known_lies_at_about_one(familiarity: Familiarity) -> None:
    distances = familiarity.distances(known(200, seed=1))
    assert distances.shape == (200,)
    assert 0.8 < np.median(distances) < 1.2


def test_a_small_step_beside_the_axes_is_farther_than_a_large_one_along_them(familiarity: Familiarity) -> None:
    centre = known(4000).mean(axis=0)
    along = centre + 2 * MIXING[0]
    beside = centre + np.random.default_rng(2).normal(0, 3.0, CHANNELS)
    assert np.linalg.norm(along - centre) > np.linalg.norm(beside - centre)
    near, far = familiarity.distances(np.stack([along, beside]).astype(np.float32))
    assert near < 2 < far


def test_with_all_axes_but_one_it_is_the_distance_of_mahalanobis() -> None:
    features = np.random.default_rng(3).gamma(2.0, size=(600, 12)).astype(np.float32)
    unit = features / np.linalg.norm(features.astype(np.float64), axis=1, keepdims=True)
    shifted = unit - unit.mean(axis=0)
    expected = np.sqrt(np.einsum("ni,ij,nj->n", shifted, np.linalg.inv(np.cov(unit.T)), shifted) / 12)
    np.testing.assert_allclose(fit(features, axes=11).distances(features), expected, rtol=0.02)


def test_more_ink_of_the_same_is_no_stranger(familiarity: Familiarity) -> None:
    features = known(20, seed=3)
    np.testing.assert_allclose(familiarity.distances(3 * features), familiarity.distances(features), rtol=1e-4)


def test_half_precision_of_a_network_changes_little() -> None:
    features = np.random.default_rng(4).gamma(2.0, size=(600, CHANNELS)).astype(np.float32)
    rounded = (features.view(np.uint32) & 0xFFFF0000).view(np.float32)  # the bits that bfloat16 has
    familiarity = fit(features)
    np.testing.assert_allclose(familiarity.distances(rounded), familiarity.distances(features), rtol=0.02)


def test_the_limit_comes_from_pictures_that_were_not_fitted() -> None:
    features = known(2000, seed=5)
    familiarity, limit = fit_with_limit(features)
    beyond = familiarity.distances(features[1::2]) > limit
    assert beyond.mean() == pytest.approx(STRANGE_SHARE, abs=0.001)
    np.testing.assert_array_equal(familiarity.centre, fit(features[::2]).centre)


def test_it_is_stored_small_and_read_back_exactly() -> None:
    rng = np.random.default_rng(6)
    large = fit(rng.normal(size=(300, 2048)).astype(np.float32))
    data = to_bytes(large)
    features = rng.normal(size=(5, 2048)).astype(np.float32)
    assert len(data) < 200_000
    np.testing.assert_array_equal(from_bytes(data).distances(features), large.distances(features))


def test_a_picture_without_any_feature_has_a_distance(familiarity: Familiarity) -> None:
    assert np.isfinite(familiarity.distances(np.zeros((1, CHANNELS), np.float32))).all()


def test_no_pictures_have_no_distances(familiarity: Familiarity) -> None:
    assert familiarity.distances(np.empty((0, CHANNELS), np.float32)).shape == (0,)


def test_features_of_another_network_are_refused(familiarity: Familiarity) -> None:
    with pytest.raises(ValueError, match=r"features must be \(N, 64\), got \(2, 512\)"):
        familiarity.distances(np.zeros((2, 512), np.float32))


def test_too_few_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match=r"N and C above axes, got \(6, 64\) and 6"):
        fit(known(6), axes=6)


def test_pictures_that_are_all_the_same_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in more than 6 directions"):
        fit(np.ones((50, CHANNELS), np.float32), axes=6)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY"])
def test_damaged_bytes_are_refused(damage: bytes) -> None:
    with pytest.raises(FamiliarityError, match="expected a NumPy archive"):
        from_bytes(damage)


def test_arrays_that_do_not_fit_together_are_refused(familiarity: Familiarity) -> None:
    odd = Familiarity(familiarity.centre[:-1], familiarity.axes, familiarity.variances)
    with pytest.raises(FamiliarityError, match=r"expected centre \(C,\), axes \(K, C\)"):
        from_bytes(to_bytes(odd))
