"""The thesis' two networks, and the same networks with a second head that names what is wrong.

The backbones come from ``keras.applications`` without weights; everything with dropout sits in the heads. Nothing
here reads or writes a file. Sources: thesis section 3.3 and figures 3.5 and 3.6 (layers and parameter counts);
design section 7 (a dense source task on each chromosome before normal against abnormal).
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from models.chromosomes import CHROMOSOMES
from models.counts import COPY_NUMBERS
from models.networks.choices import Architecture

BACKBONE = "backbone"
FINDINGS_LAYERS = (
    "findings_pooling",
    "findings_normalization",
    "findings_dense",
    "findings_dropout",
    "copies_dense",
    "copies_table",
    "copies",
    "structural",
)
"""The layers that the second head adds to the thesis' network."""

HIDDEN_UNITS = 256
FINDINGS_UNITS = 512
DROPOUT_RATE = 0.5
FINDINGS_DROPOUT_RATE = 0.3
SMALLEST_INPUT = 75
"""Pixels; InceptionV3 has no position left below this, and both networks share the limit."""


def as_input(pictures: Any) -> Any:
    """Turn prepared pictures into what the networks take; runs on the device of the backend.

    Args:
        pictures: (N, S, S) grey levels 0..255, dark chromosomes on a white page.

    Returns:
        A float32 tensor (N, S, S, 3) from 0 (white page) to 2 (black): ink is the signal, an empty page is zero,
        and so is the padding of the convolutions.
    """
    ink = (255.0 - ops.cast(pictures, "float32")) / 127.5
    return ops.repeat(ops.expand_dims(ink, axis=-1), 3, axis=-1)  # (N, S, S) -> (N, S, S, 3)


def build_backbone(architecture: str, input_size: int) -> keras.Model:
    """Build the convolutional part, with random weights.

    Args:
        architecture: a value of ``Architecture``.
        input_size: side of the square picture in pixels, at least ``SMALLEST_INPUT``.

    Returns:
        A model (N, S, S, 3) -> (N, rows, columns, channels), without dropout.

    Raises:
        ValueError: for an unknown architecture or a picture that is too small.
    """
    known = [member.value for member in Architecture]
    if architecture not in known:
        raise ValueError(f"architecture must be one of {known}, got {architecture!r}")
    if input_size < SMALLEST_INPUT:
        raise ValueError(f"input_size must be at least {SMALLEST_INPUT} pixels, got {input_size!r}")
    applications = {
        Architecture.VGG16: keras.applications.VGG16,
        Architecture.INCEPTION_V3: keras.applications.InceptionV3,
    }
    build = applications[Architecture(architecture)]
    shape = (input_size, input_size, 3)
    return build(include_top=False, weights=None, input_shape=shape, name=BACKBONE)


def build_network(architecture: str, input_size: int) -> keras.Model:
    """Build the network that is trained and stored: the thesis' network plus the findings head.

    Both heads stand on the same features; the thesis' head drops some of them out before it averages, the findings
    head only behind its own hidden layer. The layers of the backbone are ``network.get_layer("backbone").layers``;
    freeze or re-initialise them there.

    Args:
        architecture: a value of ``Architecture``.
        input_size: side of the square picture in pixels.

    Returns:
        A model (N, S, S, 3) -> {"abnormal": (N, 1), "copies": (N, 24, 5), "structural": (N, 24)}, all float32:
        probability of abnormal, probabilities of 0..4 copies of each chromosome in the order of ``CHROMOSOMES``, and
        probability that one of its copies is structurally changed.
    """
    return with_heads(build_backbone(architecture, input_size), architecture)


def with_heads(backbone: keras.Model, name: str) -> keras.Model:
    """Put the heads of ``build_network`` on a backbone, (N, S, S, 3) of ink -> features, which is called "backbone"."""
    inputs = keras.Input(backbone.input.shape[1:], name="ink")
    features = backbone(inputs)
    pooled = layers.GlobalAveragePooling2D(name="global_average_pooling2d")(
        layers.Dropout(DROPOUT_RATE, name="dropout")(features)
    )
    outputs = {"abnormal": _abnormal_head(pooled), **_findings_head(features)}
    return keras.Model(inputs, outputs, name=name)


def build_thesis_network(architecture: str, input_size: int) -> keras.Model:
    """Build exactly the thesis' network: (N, S, S, 3) -> probability of abnormal (N, 1).

    At 150 pixels it has 14,847,297 parameters on VGG16 and 22,328,609 on InceptionV3.
    """
    return thesis_part(build_network(architecture, input_size))


def thesis_part(network: keras.Model) -> keras.Model:
    """Return the thesis' network inside one of ``build_network``; the two share their weights."""
    return keras.Model(network.input, network.get_layer("dense_1").output, name=network.name)


def _abnormal_head(pooled: Any) -> Any:
    hidden = layers.Dense(HIDDEN_UNITS, activation="relu", name="dense")(pooled)
    hidden = layers.BatchNormalization(name="batch_normalization")(hidden)
    hidden = layers.Dropout(DROPOUT_RATE, name="dropout_1")(hidden)
    return layers.Dense(1, activation="sigmoid", dtype="float32", name="dense_1")(hidden)


def _findings_head(features: Any) -> dict[str, Any]:
    # no dropout before the pooling: a count is a sum over the page, and half of the page does not add up to it
    pooled = layers.GlobalAveragePooling2D(name="findings_pooling")(features)
    table = (len(CHROMOSOMES), COPY_NUMBERS)
    # one chromosome more moves an average over the page very little: without this the head learns nothing for hours
    normal = layers.BatchNormalization(name="findings_normalization")(pooled)
    hidden = layers.Dense(FINDINGS_UNITS, activation="relu", name="findings_dense")(normal)
    hidden = layers.Dropout(FINDINGS_DROPOUT_RATE, name="findings_dropout")(hidden)
    logits = layers.Dense(len(CHROMOSOMES) * COPY_NUMBERS, dtype="float32", name="copies_dense")(hidden)
    logits = layers.Reshape(table, dtype="float32", name="copies_table")(logits)  # (N, 120) -> (N, 24, 5)
    copies = layers.Softmax(dtype="float32", name="copies")(logits)
    structural = layers.Dense(len(CHROMOSOMES), activation="sigmoid", dtype="float32", name="structural")(hidden)
    return {"copies": copies, "structural": structural}
