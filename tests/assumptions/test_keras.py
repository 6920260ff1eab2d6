"""What we rely on in Keras: where dropout is and is not, what training mode changes, and the sizes of the backbones."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

SHAPE = (75, 75, 3)  # the smallest input of InceptionV3
BACKBONES = {"VGG16": 14_714_688, "InceptionV3": 21_802_784}


@pytest.fixture(scope="module", params=BACKBONES)
def backbone(request: pytest.FixtureRequest) -> keras.Model:
    build = getattr(keras.applications, request.param)
    return build(include_top=False, weights=None, input_shape=SHAPE, name=request.param)


def test_backbones_contain_no_dropout(backbone: keras.Model) -> None:
    """So the backbone runs once per picture, and only the head runs once per pass."""
    dropout = (keras.layers.Dropout, keras.layers.SpatialDropout2D, keras.layers.AlphaDropout)
    assert not [layer.name for layer in backbone.layers if isinstance(layer, dropout)]


def test_backbones_have_the_parameter_counts_of_the_thesis(backbone: keras.Model) -> None:
    assert backbone.count_params() == BACKBONES[backbone.name]


def test_only_inception_contains_batch_normalization(backbone: keras.Model) -> None:
    found = any(isinstance(layer, keras.layers.BatchNormalization) for layer in backbone.layers)
    assert found == (backbone.name == "InceptionV3")


def test_training_mode_changes_batch_normalization_while_predicting() -> None:
    """Why MC-Dropout must never call a model with ``training=True``: the next prediction would be another one."""
    layer = keras.layers.BatchNormalization()
    values = np.random.default_rng(0).normal(5.0, 1.0, (16, 4)).astype("float32")
    layer(values)
    before = np.asarray(layer.moving_mean)
    layer(values, training=False)
    np.testing.assert_array_equal(layer.moving_mean, before)
    layer(values, training=True)
    assert np.abs(np.asarray(layer.moving_mean) - before).min() > 0.01


def test_dropout_keeps_the_mean_by_scaling_what_it_keeps() -> None:
    values = np.ones((1000,), dtype="float32")
    kept = np.asarray(keras.layers.Dropout(0.5, seed=1)(values, training=True))
    assert set(np.unique(kept)) == {0.0, 2.0}
    np.testing.assert_array_equal(keras.layers.Dropout(0.5)(values, training=False), values)


def test_global_average_pooling_is_the_mean_over_positions() -> None:
    """It makes masked pooling one matrix product: positions times passes."""
    features = np.random.default_rng(0).normal(size=(2, 4, 4, 3)).astype("float32")
    pooled = keras.layers.GlobalAveragePooling2D()(features)
    np.testing.assert_allclose(pooled, features.mean(axis=(1, 2)), rtol=1e-5, atol=1e-6)


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
def test_weights_survive_their_own_file_format(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization()])
    twin = keras.models.clone_model(model)
    model.save_weights(tmp_path / "a.weights.h5")
    twin.load_weights(tmp_path / "a.weights.h5")
    for one, other in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_backend_is_tensorflow() -> None:
    assert keras.backend.backend() == "tensorflow"
