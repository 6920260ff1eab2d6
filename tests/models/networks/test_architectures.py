"""The networks are the thesis' own, layer by layer and parameter by parameter."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from models.networks.architectures import (
    BACKBONE,
    FINDINGS_LAYERS,
    as_input,
    build_backbone,
    build_network,
    thesis_part,
)
from models.networks.architectures import build_thesis_network as build

THESIS_LAYERS = ["dropout", "global_average_pooling2d", "dense", "batch_normalization", "dropout_1", "dense_1"]


@pytest.mark.parametrize(("architecture", "parameters"), [("vgg16", 14_847_297), ("inceptionv3", 22_328_609)])
def test_thesis_network_has_the_parameters_of_the_thesis(architecture: str, parameters: int) -> None:
    network = build(architecture, 150)
    assert network.count_params() == parameters
    assert [layer.name for layer in network.layers] == ["ink", BACKBONE, *THESIS_LAYERS]
    assert network.output_shape == (None, 1)


@pytest.mark.parametrize(("architecture", "trainable"), [("vgg16", 14_846_785), ("inceptionv3", 22_293_665)])
def test_trainable_parameters_are_those_of_figures_3_5_and_3_6(architecture: str, trainable: int) -> None:
    assert sum(int(np.prod(weight.shape)) for weight in build(architecture, 150).trainable_weights) == trainable


@pytest.mark.parametrize(("architecture", "positions"), [("vgg16", (4, 4, 512)), ("inceptionv3", (3, 3, 2048))])
def test_backbone_ends_where_the_thesis_says(architecture: str, positions: tuple[int, int, int]) -> None:
    assert build_backbone(architecture, 150).output_shape == (None, *positions)


def test_network_answers_both_questions_in_probabilities() -> None:
    network = build_network("vgg16", 75)
    answers = network(as_input(np.full((2, 75, 75), 200, np.uint8)))
    assert {name: tuple(answer.shape) for name, answer in answers.items()} == {
        "abnormal": (2, 1),
        "copies": (2, 24, 5),
        "structural": (2, 24),
    }
    np.testing.assert_allclose(np.asarray(answers["copies"]).sum(axis=-1), 1.0, rtol=1e-5)


def test_thesis_part_shares_the_weights_of_the_network() -> None:
    network = build_network("vgg16", 75)
    part = thesis_part(network)
    picture = as_input(np.random.default_rng(0).integers(0, 256, (1, 75, 75), dtype=np.uint8))
    network.get_layer("dense_1").bias.assign([3.0])
    np.testing.assert_array_equal(part(picture), network(picture)["abnormal"])
    assert {layer.name for layer in network.layers} - {layer.name for layer in part.layers} == set(FINDINGS_LAYERS)


def test_backbone_layers_are_reachable_for_freezing() -> None:
    network = build_network("inceptionv3", 75)
    network.get_layer(BACKBONE).trainable = False
    heads = [weight for weight in network.trainable_weights if BACKBONE in weight.path]
    assert heads == []
    assert isinstance(network.get_layer(BACKBONE).layers[1], keras.layers.Conv2D)


def test_input_is_ink() -> None:
    ink = np.asarray(as_input(np.array([[[255, 0]]], np.uint8)))
    assert ink.dtype == np.float32
    np.testing.assert_array_equal(ink, [[[[0, 0, 0], [2, 2, 2]]]])


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"architecture must be one of .*'vgg16'.* got 'resnet'"):
        build_network("resnet", 150)
    with pytest.raises(ValueError, match="at least 75 pixels, got 74"):
        build_network("vgg16", 74)
