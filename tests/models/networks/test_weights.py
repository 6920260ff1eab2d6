"""Weights are halved on disk and come back into a network that was built anew."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from models.networks.architectures import build_network
from models.networks.weights import read_weights, write_weights


@pytest.mark.parametrize("architecture", ["vgg16", "inceptionv3"])
def test_weights_come_back_rounded(architecture: str, tmp_path: Path) -> None:
    file = tmp_path / "some.weights.h5"
    first = build_network(architecture, 75)
    for weight in first.weights:  # no two alike, so that none can take the place of another
        weight.assign(weight + 0.01 * keras.random.normal(weight.shape))
    write_weights(first, file)
    second = build_network(architecture, 96)
    read_weights(second, file)
    for old, new in zip(first.get_weights(), second.get_weights(), strict=True):
        expected = old.astype(np.float16).astype(np.float32) if old.ndim > 1 else old
        np.testing.assert_array_equal(new, expected)
    assert file.stat().st_size < 2.1 * first.count_params()


def test_what_float16_cannot_hold_is_refused(tmp_path: Path) -> None:
    network = build_network("vgg16", 75)
    network.get_layer("dense_1").kernel.assign(np.full((256, 1), 1e6))
    with pytest.raises(ValueError, match=r"must be finite in float16, got values up to 1e\+06"):
        write_weights(network, tmp_path / "some.weights.h5")


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "some.weights.h5"
    write_weights(build_network("inceptionv3", 75), file)
    with pytest.raises(ValueError, match="holds no weights for vgg16"):
        read_weights(build_network("vgg16", 75), file)


def test_the_name_of_the_file_is_checked(tmp_path: Path) -> None:
    network = build_network("vgg16", 75)
    for act in (write_weights, read_weights):
        with pytest.raises(ValueError, match=r"file must end in \.weights\.h5, got 'model.h5'"):
            act(network, tmp_path / "model.h5")
