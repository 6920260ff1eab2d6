"""How far a picture lies from the karyograms a network knows, in the space of its pooled features. No network needed.

The distance of Mahalanobis to the karyograms of the validation cases (Lee et al., "A simple unified framework for
detecting out-of-distribution samples and adversarial attacks", 2018), with one class and the covariance of
probabilistic PCA (Tipping and Bishop 1999): a few axes with a variance each, and one variance for all other directions.
So some hundreds of pictures suffice in 2,048 dimensions, and what is stored stays below 200 KB. As in nearest
neighbours (Sun et al. 2022), features are first scaled to length 1.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]
"""What the backbone sees in N pictures, averaged over the positions, (N, C)."""

AXES = 32
STRANGE_SHARE = 0.005
"""Of the karyograms that a limit is chosen from, so many lie beyond it."""


class FamiliarityError(ValueError):
    """Bytes that hold no familiarity."""


@dataclass(frozen=True, eq=False)
class Familiarity:
    """Where the features of karyograms lie.

    ``centre`` (C,) float32; ``axes`` (K, C) float16, of length 1; ``variances`` (K + 1,) float32, along each axis, and
    last in every direction beside them.
    """

    centre: NDArray[np.float32]
    axes: NDArray[np.float16]
    variances: NDArray[np.float32]

    def distances(self, features: Features) -> NDArray[np.float64]:
        """Return how far pictures lie from the known karyograms: about 1 for such a one, more for a stranger.

        Args:
            features: (N, C), of the network that this was fitted to.

        Returns:
            (N,): the root mean square of the standardised coordinates, so that it does not grow with C.

        Raises:
            ValueError: for features of another number of channels.
        """
        channels = len(self.centre)
        if features.ndim != 2 or features.shape[1] != channels:
            raise ValueError(f"features must be (N, {channels}), got {features.shape}")
        shifted = _directions(features) - self.centre
        along = (shifted @ self.axes.T.astype(np.float64)) ** 2  # (N, C) x (C, K) -> (N, K)
        beside = np.maximum((shifted**2).sum(axis=1) - along.sum(axis=1), 0.0)
        squares = np.column_stack([along, beside]) / self.variances  # (N, K + 1)
        distances: NDArray[np.float64] = np.sqrt(squares.sum(axis=1) / channels)
        return distances


def fit(features: Features, axes: int = AXES) -> Familiarity:
    """Learn where the features of karyograms lie.

    Args:
        features: (N, C) of karyograms that the network was not trained on; N and C above ``axes``.
        axes: K, directions with a variance of their own, at least 1.

    Raises:
        ValueError: for too few pictures or channels, or pictures that hardly differ.
    """
    if axes < 1 or features.ndim != 2 or min(features.shape) <= axes:
        raise ValueError(f"features must be (N, C) with N and C above axes, got {features.shape} and {axes}")
    unit = _directions(features)
    centre = unit.mean(axis=0)
    _, singular, directions = np.linalg.svd(unit - centre, full_matrices=False)
    variances = singular**2 / (len(features) - 1)
    rest = variances[axes:].sum() / (features.shape[1] - axes)
    if not rest > 0.0:
        raise ValueError(f"features must differ in more than {axes} directions, got no difference beside them")
    return Familiarity(
        centre.astype(np.float32),
        directions[:axes].astype(np.float16),
        np.append(variances[:axes], rest).astype(np.float32),
    )


def fit_with_limit(features: Features) -> tuple[Familiarity, float]:
    """Learn where karyograms lie from one half of them, and how far one may lie off from the other.

    Args:
        features: (N, C) of karyograms that the network was not trained on, as varied as a laboratory's may be; some
            hundreds. Fewer have fewer axes.

    Returns:
        The familiarity, and the largest distance to accept: ``STRANGE_SHARE`` of the second half lie beyond it.

    Raises:
        ValueError: as ``fit``.
    """
    familiarity = fit(features[::2], min(AXES, len(features) // 8))
    return familiarity, float(np.quantile(familiarity.distances(features[1::2]), 1 - STRANGE_SHARE))


def _directions(features: Features) -> NDArray[np.float64]:
    """Scale each picture's features to length 1: what is seen counts, not how much ink shows it; (N, C)."""
    precise = features.astype(np.float64)
    unit: NDArray[np.float64] = precise / np.maximum(np.linalg.norm(precise, axis=1, keepdims=True), 1e-12)
    return unit


def to_bytes(familiarity: Familiarity) -> bytes:
    """Write a familiarity as a compressed NumPy archive."""
    file = io.BytesIO()
    np.savez_compressed(
        file, centre=familiarity.centre, axes=familiarity.axes, variances=familiarity.variances, allow_pickle=False
    )
    return file.getvalue()


def from_bytes(data: bytes) -> Familiarity:
    """Read a familiarity.

    Raises:
        FamiliarityError: for anything else than what ``to_bytes`` writes.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = (stored["centre"], stored["axes"], stored["variances"])
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise FamiliarityError(f"expected a NumPy archive with centre, axes and variances: {error}") from error
    centre, axes, variances = arrays
    if axes.ndim != 2 or centre.shape != axes.shape[1:] or variances.shape != (len(axes) + 1,):
        shapes = f"{centre.shape}, {axes.shape} and {variances.shape}"
        raise FamiliarityError(f"expected centre (C,), axes (K, C) and variances (K + 1,), got {shapes}")
    return Familiarity(centre, axes, variances)
