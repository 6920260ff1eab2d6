"""The fast path of MC-Dropout is MC-Dropout: the same sub-networks one by one, the same distribution at large."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from models.networks.architectures import BACKBONE, as_input, build_network
from models.networks.choices import Trained
from models.networks.cutting import upper_backbone
from models.networks.devices import Precision, building_in
from models.networks.dropout import BLOCK, Masks, SubNetworks, draw_masks

SEED = 11
DROPOUTS = ("dropout", "dropout_1", "findings_dropout")


class FixedDropout(keras.layers.Layer):  # type: ignore[misc]
    """A dropout layer whose mask is given from outside instead of drawn."""

    def __init__(self, rate: float, name: str) -> None:
        super().__init__(name=name)
        self.rate = rate
        self.mask: Any = 1.0

    def call(self, values: Any) -> Any:
        return values * self.mask / (1.0 - self.rate)


@pytest.fixture(scope="module", params=[("vgg16", 75, 0.1), ("inceptionv3", 110, 5.0)], ids=["vgg16", "inceptionv3"])
def network(request: pytest.FixtureRequest) -> keras.Model:
    """Random weights, scaled so that the passes spread, with batch normalisation that is not the identity."""
    keras.utils.set_random_seed(3)
    architecture, size, gain = request.param
    network = build_network(architecture, size)
    for layer in network.get_layer(BACKBONE).layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.use_bias:
            layer.kernel.assign(keras.initializers.HeNormal(1)(layer.kernel.shape))
    normalisation = network.get_layer("batch_normalization")
    normalisation.moving_mean.assign(np.full(256, 0.05))
    normalisation.moving_variance.assign(np.full(256, 0.5))
    last = network.get_layer("dense_1")
    last.kernel.assign(last.kernel * gain)
    return network


@pytest.fixture(scope="module")
def pictures(network: keras.Model) -> NDArray[np.uint8]:
    return some_pictures(3, network.input_shape[1])


def some_pictures(number: int, side: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (number, side, side), dtype=np.uint8)


def with_fixed_masks(network: keras.Model) -> keras.Model:
    """Copy a network, weights included, with each dropout layer replaced by one that takes its mask from outside."""

    def replace(layer: keras.layers.Layer) -> keras.layers.Layer:
        if layer.name in DROPOUTS:
            return FixedDropout(layer.rate, layer.name)
        return layer.__class__.from_config(layer.get_config())

    copy = keras.models.clone_model(network, clone_function=replace)
    copy.set_weights(network.get_weights())
    return copy


def plain_passes(network: keras.Model, pictures: NDArray[np.uint8], masks: Masks) -> list[dict[str, NDArray[Any]]]:
    """Run the whole network once for each sub-network, as anyone would."""
    plain = with_fixed_masks(network)
    _, rows, columns, channels = network.get_layer(BACKBONE).output_shape
    passes = []
    for features, hidden, findings in zip(masks.features, masks.hidden, masks.findings, strict=True):
        for name, mask in zip(DROPOUTS, (features.reshape(rows, columns, channels), hidden, findings), strict=True):
            plain.get_layer(name).mask = keras.ops.cast(mask, "float32")
        answers = plain(as_input(pictures), training=False)
        passes.append({name: np.asarray(answer) for name, answer in answers.items()})
    return passes


def test_same_masks_give_the_same_figures_sub_network_by_sub_network(
    network: keras.Model, pictures: NDArray[np.uint8]
) -> None:
    passes = 12
    fast = SubNetworks(network, SEED, chunk=4).predict(pictures, passes)
    plain = plain_passes(network, pictures, draw_masks(network, SEED, passes))
    expected = np.concatenate([answer["abnormal"] for answer in plain], axis=1)
    np.testing.assert_allclose(fast.abnormal, expected, rtol=1e-4, atol=1e-6)
    assert np.ptp(expected, axis=1).min() > 1e-3  # the sub-networks do differ, so equality says something
    copies = np.stack([answer["copies"] for answer in plain], axis=1)
    np.testing.assert_allclose(fast.copies, copies, rtol=1e-3, atol=1e-5)
    assert len(np.unique(fast.copies.argmax(axis=-1))) > 1
    structural = np.mean([answer["structural"] for answer in plain], axis=0)
    np.testing.assert_allclose(fast.structural, structural, rtol=1e-4, atol=1e-6)
    changed = np.stack([answer["structural"] >= 0.5 for answer in plain], axis=1)
    assert (fast.changed == changed).mean() > 0.99
    assert set(np.unique(fast.changed)) == {False, True}


class Counting(keras.layers.Layer):  # type: ignore[misc]
    """Counts how often it is computed, and changes nothing."""

    def build(self, _: Any) -> None:
        self.times = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False)

    def call(self, values: Any) -> Any:
        self.times.assign_add(1)
        return values


@pytest.mark.parametrize("passes", [1, 100])
def test_a_picture_goes_through_the_backbone_once_however_many_passes(network: keras.Model, passes: int) -> None:
    trunk, counting = upper_backbone(network, Trained.ALL), Counting()
    pictures = keras.Input(batch_shape=trunk.input.shape, dtype=trunk.input.dtype)
    counted = SubNetworks(network, SEED, chunk=2, trunk=keras.Model(pictures, trunk(counting(pictures))))
    counted.predict(some_pictures(5, network.input_shape[1]), passes)
    assert int(counting.times) == 3  # chunks of two


def test_the_pooled_features_are_the_mean_of_the_backbone(network: keras.Model, pictures: NDArray[np.uint8]) -> None:
    pooled = SubNetworks(network, SEED, chunk=2).predict(pictures, 3).pooled
    expected = np.asarray(network.get_layer(BACKBONE)(as_input(pictures), training=False)).mean(axis=(1, 2))
    np.testing.assert_allclose(pooled, expected, rtol=1e-4, atol=1e-5)
    assert pooled.dtype == np.float32


@pytest.fixture(scope="module")
def naive(network: keras.Model, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Two hundred full passes with Keras' own dropout; batch normalisation stays in inference mode."""
    network.trainable = False  # in Keras this alone keeps batch normalisation from using and changing its statistics
    keras.utils.set_random_seed(99)
    repeated = as_input(np.repeat(pictures[:1], 20, axis=0))
    answers = [np.asarray(network(repeated, training=True)["abnormal"])[:, 0] for _ in range(10)]
    return np.concatenate(answers)


def test_fresh_masks_give_the_distribution_of_naive_passes(
    network: keras.Model, pictures: NDArray[np.uint8], naive: NDArray[np.float32]
) -> None:
    fast = SubNetworks(network, seed=12345, chunk=1).predict(pictures[:1], 600).abnormal[0]
    assert ks_2samp(naive, fast).pvalue > 0.01
    assert fast.mean() == pytest.approx(naive.mean(), abs=4 * naive.std() / np.sqrt(200))
    assert fast.std() == pytest.approx(naive.std(), rel=0.2)


def test_the_statistical_test_notices_a_missing_mask(
    network: keras.Model, pictures: NDArray[np.uint8], naive: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the hidden layer's dropout the spread is another; a test that misses this would be worth nothing."""
    monkeypatch.setattr(network.get_layer("dropout_1"), "rate", 0.0)
    narrow = SubNetworks(network, seed=12345, chunk=1).predict(pictures[:1], 600).abnormal[0]
    assert ks_2samp(naive, narrow).pvalue < 0.001


def test_masks_are_bernoulli_and_the_first_of_more_are_the_same(network: keras.Model) -> None:
    few, many = draw_masks(network, SEED, 20), draw_masks(network, SEED, 50)
    np.testing.assert_array_equal(few.features, many.features[:20])
    np.testing.assert_array_equal(few.hidden, many.hidden[:20])
    np.testing.assert_array_equal(few.findings, many.findings[:20])
    assert many.features.mean() == pytest.approx(0.5, abs=0.01)
    assert many.hidden.mean() == pytest.approx(0.5, abs=0.02)
    assert many.findings.mean() == pytest.approx(0.7, abs=0.03)
    assert not np.array_equal(many.hidden, draw_masks(network, SEED + 1, 50).hidden)


def test_fewer_passes_are_the_first_of_more(network: keras.Model, pictures: NDArray[np.uint8]) -> None:
    sub_networks = SubNetworks(network, SEED, chunk=4)
    few = sub_networks.predict(pictures, 7)
    most = sub_networks.predict(pictures, BLOCK)
    np.testing.assert_array_equal(few.abnormal, most.abnormal[:, :7])
    np.testing.assert_array_equal(few.copies, most.copies[:, :7])
    np.testing.assert_allclose(few.copies.sum(axis=-1), 1.0, rtol=1e-5)
    beyond = sub_networks.predict(pictures, BLOCK + 1)
    np.testing.assert_allclose(beyond.abnormal[:, :BLOCK], most.abnormal, rtol=1e-5)


def test_a_picture_has_the_same_figures_in_any_company(network: keras.Model) -> None:
    sub_networks = SubNetworks(network, SEED)
    crowd = some_pictures(11, network.input_shape[1])
    together, turned = sub_networks.predict(crowd, 20), sub_networks.predict(crowd[::-1].copy(), 20)
    _same(together.abnormal, turned.abnormal[::-1])
    for index in (0, 5, 10):
        alone = sub_networks.predict(crowd[index : index + 1], 20)
        _same(alone.abnormal[0], together.abnormal[index])
        _same(alone.copies[0], together.copies[index])
        _same(alone.pooled[0], together.pooled[index])


def _same(found: NDArray[np.floating], expected: NDArray[np.floating]) -> None:
    """Equal but for the last digit: a processor with AVX2 rounds the rows of a matrix differently by where they lie."""
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_predicting_changes_no_statistics(network: keras.Model, pictures: NDArray[np.uint8]) -> None:
    before = [np.array(weight) for weight in network.get_weights()]
    SubNetworks(network, SEED).predict(pictures, 5)
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_bfloat16_stays_close_to_float32() -> None:
    keras.utils.set_random_seed(5)
    exact = build_network("vgg16", 75)
    with building_in(Precision.BFLOAT16):
        rough = build_network("vgg16", 75)
    rough.set_weights(exact.get_weights())
    pictures = some_pictures(2, 75)
    one, other = (SubNetworks(network, SEED).predict(pictures, 50).abnormal for network in (exact, rough))
    np.testing.assert_allclose(one, other, atol=0.01)
    assert other.dtype == np.float32


def test_no_picture_gives_no_figures(network: keras.Model, pictures: NDArray[np.uint8]) -> None:
    nothing = SubNetworks(network, SEED).predict(pictures[:0], 9)
    assert (nothing.abnormal.shape, nothing.copies.shape, nothing.structural.shape) == ((0, 9), (0, 9, 24, 5), (0, 24))
    assert (nothing.changed.shape, len(nothing.pooled)) == ((0, 9, 24), 0)


def test_wrong_arguments_are_named(network: keras.Model, pictures: NDArray[np.uint8]) -> None:
    sub_networks = SubNetworks(network, SEED)
    with pytest.raises(ValueError, match=r"pictures must be \((\d+), \1\) of uint8 each, got \(.*\) of float64"):
        sub_networks.predict(pictures / 255.0, 5)
    with pytest.raises(ValueError, match="passes must be at least 1, got 0"):
        sub_networks.predict(pictures, 0)
    with pytest.raises(ValueError, match="chunk must be at least 1"):
        SubNetworks(network, SEED, chunk=0)
