"""What a head learns from: features that tell pictures apart, however small a random network makes them."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from models.experiments.alpha import digest
from models.experiments.augmentation import Augmentation
from models.experiments.catalogue import planned
from models.experiments.materials import Bench, raised
from models.experiments.nets import Weights, build
from models.experiments.plan import VERSION, Plan, Scope
from models.networks.architectures import BACKBONE
from models.networks.devices import Precision
from models.registry import default_registry
from models.training.phases import TrainingError


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(Weights(default_registry(), tmp_path), tmp_path / "work", Precision.FLOAT32)


@pytest.fixture
def plan(bench: Bench) -> Plan:
    """A quick run of MobileNetV3 with random weights, whose features are around 1e-9."""
    (found,) = planned(("backbones",), Scope(quick=True), bench)
    assert (found.configuration.network, found.configuration.start) == ("mobilenetv3small", "none")
    return found


def network_of(plan: Plan, bench: Bench) -> keras.Model:
    chosen = plan.configuration
    return build(chosen.network, chosen.size, chosen.start, bench.weights, seed=plan.seed)


def earlier_key(plan: Plan, bench: Bench) -> str:
    """The folder of features that were kept as they came, zeros if they were small."""
    chosen = plan.configuration
    data = (bench.source(plan).identity, plan.split, plan.processed, chosen.data, chosen.augmentation, chosen.size)
    weights = f"random, seed {plan.seed}"
    return digest(VERSION, bench.precision, chosen.network, chosen.trained, weights, *data)[:24]


def test_small_features_of_a_random_network_are_kept_and_zeros_of_an_earlier_cache_are_not(
    plan: Plan, bench: Bench
) -> None:
    old = bench.work / "features" / earlier_key(plan, bench)
    old.mkdir(parents=True)
    for name, pictures in (("training", 28), ("validation", 5), ("test", 5)):
        np.save(old / f"{name}.npy", np.zeros((pictures, 3, 3, 576), np.float16))
        (old / f"{name}.complete").touch()
    found = bench.materials(plan, network_of(plan, bench))
    for side in (found.training, found.validation, found.test):
        assert side.inputs.dtype == np.float16
        assert 0.5 < np.abs(side.inputs).max() < 8.0
        assert len(np.unique(side.inputs.reshape(len(side.files), -1), axis=0)) == len(side.files)


def test_pictures_change_as_the_plan_says(bench: Bench) -> None:
    beyond = Augmentation(turn=7.5, mirror=0.5, close_gaps=True)
    (plan,) = planned(("confidence",), Scope(quick=True, augmentation=beyond), bench)
    assert bench.pictures(plan)[2] == beyond


def test_features_that_are_all_the_same_are_refused_by_the_name_of_their_network(plan: Plan, bench: Bench) -> None:
    network = network_of(plan, bench)
    backbone = network.get_layer(BACKBONE)
    backbone.set_weights([np.zeros_like(weights) for weights in backbone.get_weights()])
    with pytest.raises(TrainingError, match=r"mobilenetv3small \(starting weights: none\) must tell pictures apart"):
        bench.materials(plan, network)


@pytest.mark.parametrize(("scale", "factor"), [(1.0, 1.0), (2.0**-17, 1.0), (2.0**-18, 2.0**11), (2.0**-40, 2.0**33)])
def test_only_what_float16_would_lose_is_raised_and_by_a_power_of_two(scale: float, factor: float) -> None:
    pictures = keras.Input((2, 2), dtype="uint8")
    lower = keras.Model(pictures, keras.layers.Rescaling(scale)(pictures))
    picture = np.array([[[0, 3], [100, 200]]], np.uint8)
    np.testing.assert_array_equal(
        raised(lower, picture).predict_on_batch(picture), picture * np.float32(scale * factor)
    )
    assert (raised(lower, picture) is lower) == (factor == 1.0)
