"""The network of the reader that compares homologues: is one of two chromosomes changed?

Both go through the same convolutions along the axis; what is told apart is the difference of what they make of each, so
that the order of the two does not matter. All dropout is in the head, as everywhere. Source: Bromley et al. 1993
("siamese" networks).
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from models.chromosomes import CHROMOSOMES

_UNITS = 96
_DROPOUT = 0.3


def build_pair_network(points: int, facts: int) -> keras.Model:
    """Build it with random weights.

    Args:
        points: of a profile, a multiple of 4.
        facts: how many numbers are told besides.

    Returns:
        A model from "first" and "second" (N, points, 2), "facts" (N, facts) and "place" (N,), the chromosome's place in
        ``CHROMOSOMES``, to "changed" (N, 1), a logit.
    """
    first, second = (keras.Input((points, 2), name=name) for name in ("first", "second"))
    told, place = keras.Input((facts,), name="facts"), keras.Input((), dtype="int32", name="place")
    look = _tower()
    one, other = look(first), look(second)
    which = ops.one_hot(place, len(CHROMOSOMES))
    apart = _dense(64, "pair_apart")(layers.Flatten()(ops.abs(one - other)))
    looks = _dense(48, "pair_looks")(layers.Concatenate()([layers.Flatten()(one + other), which]))
    values = _dense(_UNITS, "pair_dense")(layers.Concatenate()([apart, looks, told, which]))
    values = layers.Dropout(_DROPOUT, name="pair_dropout")(values)
    changed = layers.Dense(1, dtype="float32", name="changed")(values)
    inputs = {"first": first, "second": second, "facts": told, "place": place}
    return keras.Model(inputs, {"changed": changed}, name="pairs")


def _dense(units: int, name: str) -> layers.Dense:
    return layers.Dense(units, activation="relu", kernel_initializer="he_normal", name=name)


def _tower() -> Any:
    parts: list[layers.Layer] = []
    for step, (channels, width) in enumerate(((24, 5), (32, 5), (48, 3))):
        convolution = layers.Conv1D(
            channels, width, padding="same", activation="relu", kernel_initializer="he_normal", name=f"pair_conv{step}"
        )
        parts += [convolution, *([layers.MaxPooling1D(name=f"pair_pool{step}")] if step else [])]

    def look(values: Any) -> Any:
        for part in parts:
            values = part(values)
        return values

    return look
