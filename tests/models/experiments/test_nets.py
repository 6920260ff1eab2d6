from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from models.experiments.nets import BACKBONES, SOURCE_MODELS, Weights, as_colours, build
from models.networks.architectures import BACKBONE, as_input
from models.registry import Registry, default_registry
from models.training.phases import TrainingError
from tests.untrained import save_untrained

SIZE = 75


@pytest.fixture(scope="module")
def pretrained() -> keras.Model:
    """A network that stands for one with ImageNet weights: it takes grey levels from -1 (black) to 1."""
    keras.utils.set_random_seed(6)
    shape = (SIZE, SIZE, 3)
    return keras.applications.MobileNetV3Small(shape, include_top=False, weights=None, include_preprocessing=False)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory, pretrained: keras.Model) -> Weights:
    """A registry with an untrained VGG16, and a folder with a file of weights as Keras keeps them."""
    registry = Registry(tmp_path_factory.mktemp("registry"))
    save_untrained(registry, SOURCE_MODELS["vgg16"], input_size=SIZE, seed=5)
    imagenet = tmp_path_factory.mktemp("imagenet")
    pretrained.save(imagenet / BACKBONES["mobilenetv3small"].imagenet)
    return Weights(registry, imagenet)


def kernel(network: keras.Model, index: int = 0) -> np.ndarray:
    return np.asarray(network.get_layer(BACKBONE).get_weights()[index])


def dense(network: keras.Model) -> np.ndarray:
    return np.asarray(network.get_layer("dense").kernel)


def test_members_share_the_backbone_and_differ_in_the_head(weights: Weights) -> None:
    one, other = (build("vgg16", SIZE, "none", weights, seed=1, member=member) for member in (0, 1))
    np.testing.assert_array_equal(kernel(one), kernel(other))
    assert not np.array_equal(dense(one), dense(other))


def test_the_source_task_gives_its_backbone_and_no_head(weights: Weights) -> None:
    first, again = (build("vgg16", SIZE, "source task", weights, seed=seed) for seed in (1, 2))
    random = build("vgg16", SIZE, "none", weights, seed=1)
    np.testing.assert_array_equal(kernel(first), kernel(again))
    assert not np.array_equal(kernel(first), kernel(random))
    np.testing.assert_array_equal(dense(first), dense(random))


def test_the_models_that_records_begin_with_still_ship() -> None:
    assert set(SOURCE_MODELS.values()) <= set(default_registry().names())


def test_weights_that_are_not_at_hand_are_named(weights: Weights) -> None:
    assert weights.has("vgg16", "source task")
    assert weights.has("mobilenetv3small", "imagenet")
    assert not weights.has("resnet50v2", "source task")
    with pytest.raises(TrainingError, match=r"resnet50v2 has no weights of the source task: .* holds vgg16-150"):
        weights.file("resnet50v2", "source task")
    with pytest.raises(TrainingError, match="is not there"):
        replace(weights, imagenet=Path("nowhere")).file("vgg16", "imagenet")
    assert weights.identity("vgg16", "none") == ""
    assert len(weights.identity("vgg16", "source task")) == 64


def test_imagenet_weights_see_what_they_were_trained_on(weights: Weights, pretrained: keras.Model) -> None:
    """Pictures arrive as ink; what the pretrained layers get are grey levels as they know them."""
    network = build("mobilenetv3small", SIZE, "imagenet", weights, seed=1)
    pictures = np.random.default_rng(0).integers(0, 256, (2, SIZE, SIZE), dtype=np.uint8)
    expected = pretrained(pictures[..., None].repeat(3, axis=-1) / 127.5 - 1.0)
    seen = network.get_layer(BACKBONE)(as_input(pictures))
    np.testing.assert_allclose(np.asarray(seen), np.asarray(expected), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("takes", "white", "black"),
    [
        ("tf", (1, 1, 1), (-1, -1, -1)),
        ("caffe", (151.061, 138.221, 131.32), (-103.939, -116.779, -123.68)),
        ("torch", (2.2489, 2.4286, 2.64), (-2.1179, -2.0357, -1.8044)),
    ],
)
def test_colours_are_those_of_keras(takes: str, white: tuple[float, ...], black: tuple[float, ...]) -> None:
    ink = keras.Input((1, 2, 3))
    colours = keras.Model(ink, as_colours(ink, takes))(as_input(np.array([[[255, 0]]], np.uint8)))
    np.testing.assert_allclose(np.asarray(colours)[0, 0], [white, black], atol=1e-3)
