"""Evidence adds up, follows the passes, and points at what changes the vote."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops
from numpy.typing import NDArray
from scipy.special import log_softmax

from models.networks.architectures import BACKBONE, as_input, build_network
from models.networks.dropout import SubNetworks
from models.networks.evidence import Weights, locate
from models.networks.gradients import pull_back

SIDE = 96


def test_a_gradient_is_what_calculus_says() -> None:
    value = ops.convert_to_tensor(np.array([1.0, 2.0, 3.0], np.float32))
    pulled = pull_back(lambda x: x**3, value, ops.convert_to_tensor(np.array([1.0, 1.0, 10.0], np.float32)))
    np.testing.assert_allclose(np.asarray(pulled), [3.0, 12.0, 270.0])


def test_other_backends_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: "abacus")
    with pytest.raises(NotImplementedError, match="tensorflow or jax, got 'abacus'"):
        pull_back(lambda x: x, 1.0, 1.0)


def build(architecture: str) -> SubNetworks:
    """A network of random weights, scaled so that the pictures still differ at its end."""
    keras.utils.set_random_seed(3)
    network = build_network(architecture, SIDE)
    for layer in network.get_layer(BACKBONE).layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.use_bias:
            layer.kernel.assign(keras.initializers.HeNormal(1)(layer.kernel.shape))
    return SubNetworks(network, seed=5, chunk=1)


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), np.uint8)


@pytest.mark.parametrize(("architecture", "sides"), [("vgg16", [6, 12, 24]), ("inceptionv3", [1, 4, 9])])
def test_there_is_a_map_for_each_depth(architecture: str, sides: list[int], picture: NDArray[np.uint8]) -> None:
    maps = locate(build(architecture), picture, 10)
    assert [one.shape for one in maps] == [(side, side) for side in sides]
    for one in maps:
        assert one.min() >= 0.0
        assert np.isfinite(one).all()
    assert np.ptp(maps[-1]) > 0.0


def log_odds(sub_networks: SubNetworks, features: NDArray[np.float64], passes: int) -> float:
    """The mean log-odds of abnormal for features (P, C) of the backbone, in plain NumPy."""
    feature_masks, hidden_masks, _ = (np.asarray(mask, np.float64) for mask in sub_networks.masks(passes))
    dense, normal, last = map(sub_networks.network.get_layer, ("dense", "batch_normalization", "dense_1"))
    pooled = np.einsum("pc,cpt->tc", features, feature_masks) / (0.5 * len(features))
    hidden = np.maximum(pooled @ np.asarray(dense.kernel, np.float64) + np.asarray(dense.bias), 0.0)
    hidden = hidden / np.sqrt(np.asarray(normal.moving_variance) + normal.epsilon)  # as new: mean 0, gamma 1, beta 0
    return float((hidden * hidden_masks / 0.5 @ np.asarray(last.kernel, np.float64)).mean())


def surprise(sub_networks: SubNetworks, features: NDArray[np.float64], passes: int) -> float:
    """The mean of -log P(normal set) for features (P, C) of the backbone, in plain NumPy."""
    masks = np.asarray(sub_networks.masks(passes)[2], np.float64)
    normal, dense, last = map(
        sub_networks.network.get_layer, ("findings_normalization", "findings_dense", "copies_dense")
    )
    pooled = features.mean(axis=0) / np.sqrt(np.asarray(normal.moving_variance) + normal.epsilon)  # as new
    hidden = np.maximum(pooled @ np.asarray(dense.kernel, np.float64) + np.asarray(dense.bias), 0.0)
    keep = 1.0 - sub_networks.network.get_layer("findings_dropout").rate
    logits = hidden * masks / keep @ np.asarray(last.kernel, np.float64) + np.asarray(last.bias)
    logs = log_softmax(logits.reshape(passes, 24, 5), axis=-1)
    sexes = np.logaddexp(logs[:, 22, 2] + logs[:, 23, 0], logs[:, 22, 1] + logs[:, 23, 1])
    return float(-(logs[:, :22, 2].sum(axis=1) + sexes).mean())


@pytest.mark.parametrize(
    ("weights", "passes"),
    # without training all of it makes a normal set surprising less, and what speaks against is not on a map
    [(Weights(), 1), (Weights(), 12), (Weights(0.0, -1.0), 12), (Weights(0.5, -2.0), 12)],
)
def test_a_cell_adds_what_its_features_add_to_what_is_judged_by(weights: Weights, passes: int) -> None:
    """The deepest map of InceptionV3 stands on the features themselves: a cell made stronger shows what it adds."""
    side = 150
    keras.utils.set_random_seed(4)
    sub_networks = SubNetworks(build_network("inceptionv3", side), seed=5, chunk=1)
    picture = np.random.default_rng(1).integers(0, 256, (side, side), np.uint8)
    features = np.asarray(sub_networks.network.get_layer(BACKBONE)(as_input(picture[None])), np.float64)[0]
    cells = features.reshape(-1, features.shape[-1])  # (3, 3, C) -> (9, C)
    step, added = 1e-4, []
    for cell in range(len(cells)):
        factor = np.where(np.arange(len(cells)) == cell, step, 0.0)[:, None]
        ahead, behind = (
            weights.head * log_odds(sub_networks, changed, passes)
            + weights.count * surprise(sub_networks, changed, passes)
            for changed in (cells * (1 + factor), cells * (1 - factor))
        )
        added.append((ahead - behind) / (2 * step))
    found = locate(sub_networks, picture, passes, weights)[0]
    np.testing.assert_allclose(found.ravel(), np.maximum(added, 0.0), rtol=1e-2, atol=1e-5)
    assert np.ptp(found) > 0.0
