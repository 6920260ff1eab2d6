"""Passes of a head: what Keras would say with the same units dropped, the same for an input in any company."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from models.networks.crop_network import build_crop_network
from models.networks.head_passes import HeadPasses


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_crop_network(32, 32)


def crops(count: int) -> dict[str, np.ndarray]:
    return {"crops": np.random.default_rng(0).integers(0, 256, (count, 32, 32)).astype(np.uint8)}


def of(network: keras.Model, seed: int) -> HeadPasses:
    return HeadPasses(network, seed, hidden="dense", dropout="dropout", heads=("classes", "copies"))


def test_a_pass_is_what_keras_says_with_the_same_units_dropped(network: keras.Model) -> None:
    said = of(network, seed=7).logits(crops(5), passes=3)
    assert said["classes"].shape == (3, 5, 25)
    assert said["copies"].shape == (3, 5, 3)
    hidden = keras.Model(network.input, network.get_layer("dense").output).predict(crops(5)["crops"], verbose=0)
    rate = network.get_layer("dropout").rate
    kept = np.random.default_rng(7).random((3, hidden.shape[1]), np.float32) < 1 - rate
    for mask, classes in zip(kept, said["classes"], strict=True):
        logits = network.get_layer("classes")(hidden * mask / (1 - rate))
        assert classes == pytest.approx(np.asarray(logits), abs=2e-3)


def test_fewer_passes_are_the_first_of_more_and_no_two_are_alike(network: keras.Model) -> None:
    passes = of(network, seed=1)
    many = passes.logits(crops(4), passes=10)["classes"]
    assert np.array_equal(passes.logits(crops(4), passes=3)["classes"], many[:3])
    assert len(np.unique(many.round(6), axis=0)) == 10


def test_a_crop_is_judged_alone_as_in_company(network: keras.Model) -> None:
    passes = of(network, seed=1)
    together = passes.logits(crops(40), passes=2)["classes"]
    alone = {"crops": crops(40)["crops"][35:36]}
    assert passes.logits(alone, passes=2)["classes"] == pytest.approx(together[:, 35:36], abs=1e-5)


def test_no_crop_is_no_answer(network: keras.Model) -> None:
    assert of(network, seed=1).logits(crops(0), passes=2)["classes"].shape == (2, 0, 25)
