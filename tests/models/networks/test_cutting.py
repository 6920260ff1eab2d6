"""Networks cut in two: the parts say what the whole says, and training the upper one leaves the lower one alone."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from models.networks.architectures import BACKBONE, build_network
from models.networks.choices import Trained
from models.networks.cutting import lower_part, upper_backbone
from models.training.trainee import Trainee

SIDE = 80
PICTURES = np.random.default_rng(0).integers(0, 256, (4, SIDE, SIDE)).astype(np.uint8)
PARTS = {
    ("vgg16", Trained.HEADS): [],
    ("vgg16", Trained.LAST_BLOCK): ["block5"],
    ("vgg16", Trained.LAST_TWO_BLOCKS): ["block4", "block5"],
}


@pytest.fixture(scope="module", params=["vgg16", "inceptionv3"])
def trainee(request: pytest.FixtureRequest) -> Trainee:
    keras.utils.set_random_seed(0)
    trainee = Trainee(request.param, SIDE)
    trainee.initialise(0)
    return trainee


@pytest.mark.parametrize("trained", list(Trained))
def test_the_parts_say_what_the_whole_says(trainee: Trainee, trained: Trained) -> None:
    whole = trainee.whole.predict_on_batch(PICTURES)
    lower = lower_part(trainee.network, trained)
    seen = PICTURES if lower is None else np.asarray(lower.predict_on_batch(PICTURES)).astype(np.float16)
    said = trainee.learner(trained).predict_on_batch(seen)
    assert {"abnormal", "copies", "structural", "grid"} <= set(said)
    for name, values in said.items():
        # features are kept in float16, whose rounding grows with the largest value
        np.testing.assert_allclose(values, whole[name], rtol=5e-3, atol=2e-3 * max(0.25, np.abs(whole[name]).max()))


@pytest.mark.parametrize(("architecture", "trained"), PARTS)
def test_the_blocks_of_the_thesis_learn(architecture: str, trained: Trained) -> None:
    upper = upper_backbone(build_network(architecture, SIDE), trained)
    assert sorted({path.path.split("/")[-2].split("_")[0] for path in upper.variables}) == PARTS[architecture, trained]


def test_more_of_inception_learns_from_variant_to_variant() -> None:
    network = build_network("inceptionv3", SIDE)
    learning = [len(upper_backbone(network, trained).trainable_variables) for trained in Trained]
    assert learning[0] == 0
    assert learning == sorted(learning)
    assert learning[-1] == len(network.get_layer(BACKBONE).trainable_variables)


def test_nothing_of_the_frozen_part_moves_not_even_its_statistics() -> None:
    trainee = Trainee("inceptionv3", SIDE)
    lower = lower_part(trainee.network, Trained.LAST_BLOCK)
    assert lower is not None
    learner = trainee.learner(Trained.LAST_BLOCK)
    before, upper_before = lower.get_weights(), _statistics(learner)
    targets = {name: np.ones((4, *values.shape[1:]), np.float32) for name, values in learner.output.items()}
    learner.compile("sgd", loss=dict.fromkeys(targets, "mean_squared_error"))
    learner.train_on_batch(lower.predict_on_batch(PICTURES), targets)
    for one, other in zip(before, lower.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert any(np.abs(one - other).max() > 0 for one, other in zip(upper_before, _statistics(learner), strict=True))


def _statistics(model: keras.Model) -> list[Any]:
    return [np.array(variable) for variable in model.non_trainable_variables if "moving" in variable.path]


@pytest.mark.parametrize(
    ("architecture", "size", "taps", "cells"),
    [
        ("vgg16", 96, ("block5_conv3", "block4_conv3"), (3, 6, 12)),
        ("inceptionv3", 139, ("mixed7", "mixed2"), (3, 7, 15)),
    ],
)
def test_the_source_task_is_read_at_finer_maps_too(
    architecture: str, size: int, taps: tuple[str, str], cells: tuple[int, int, int]
) -> None:
    trainee = Trainee(architecture, size)
    source, looks = taps
    last, coarse, fine = cells
    assert {name: (read.lattice.cells, read.channels) for name, read in trainee.readings.items()} == {
        "grid": (last, 25),
        f"grid_{source}": (coarse, 25),
        f"classes_{source}": (coarse, 24),
        f"classes_{looks}": (fine, 24),
    }


def test_what_chromosomes_look_like_is_learnt_by_the_lower_part_alone(trainee: Trainee) -> None:
    (name,) = trainee.looks.output
    assert 0 < len(trainee.looks.trainable_variables) < len(trainee.whole.trainable_variables)
    said, whole = (model.predict_on_batch(PICTURES)[name] for model in (trainee.looks, trainee.whole))
    np.testing.assert_allclose(said, whole, rtol=1e-4, atol=1e-4 * np.abs(whole).max())
