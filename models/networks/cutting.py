"""Networks cut in two: a lower part that stays as it is, and an upper part that learns on its features.

The lower part is no part of the upper one, so that no training of the upper one can move anything in it, the statistics
of batch normalisation included; and its features can be computed once for each picture. Source: thesis section 4.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import keras

from models.networks.architectures import BACKBONE, as_input
from models.networks.choices import Architecture, Trained

_LAST_FROZEN: Mapping[str, Mapping[Trained, str]] = MappingProxyType(
    {
        Architecture.VGG16: {
            Trained.LAST_BLOCK: "block4_pool",
            Trained.LAST_TWO_BLOCKS: "block3_pool",
        },
        # VGG16's blocks end where the map gets coarser: here, mixed9 to mixed10 see the coarsest map, mixed8 makes it
        Architecture.INCEPTION_V3: {
            Trained.LAST_BLOCK: "mixed8",
            Trained.LAST_TWO_BLOCKS: "mixed7",
        },
    }
)
"""The last layer of the backbone that does not learn; where the heads alone learn, it is the last of all."""


def lower_part(network: keras.Model, trained: Trained) -> keras.Model | None:
    """Return what is frozen.

    Args:
        network: a network of ``models.networks.architectures.build_network``.
        trained: how much of it learns.

    Returns:
        A model from pictures (N, S, S) of uint8 to features (N, rows, columns, channels) that shares the network's
        weights, or ``None`` where all of it learns.
    """
    if trained is Trained.ALL:
        return None
    pictures = keras.Input(network.input.shape[1:3], dtype="uint8")
    backbone = network.get_layer(BACKBONE)
    return keras.Model(pictures, keras.Model(backbone.input, _boundary(network, trained))(as_input(pictures)))


def upper_backbone(network: keras.Model, trained: Trained) -> keras.Model:
    """Return the part of the backbone that learns: from the lower part's features, or from pictures, on."""
    backbone = network.get_layer(BACKBONE)
    if trained is Trained.ALL:
        pictures = keras.Input(network.input.shape[1:3], dtype="uint8")
        return keras.Model(pictures, backbone(as_input(pictures)))
    boundary = _boundary(network, trained)
    features = keras.Input(boundary.shape[1:], dtype="float16")  # as they are kept
    end = features if trained is Trained.HEADS else keras.Model(boundary, backbone.output)(features)
    return keras.Model(features, end)


def heads(network: keras.Model) -> keras.Model:
    """Return the part behind the backbone, from its output to all outputs of the network."""
    return keras.Model(network.get_layer("dropout").input, network.output)


def _boundary(network: keras.Model, trained: Trained) -> keras.KerasTensor:
    backbone = network.get_layer(BACKBONE)
    return (
        backbone.output if trained is Trained.HEADS else backbone.get_layer(_LAST_FROZEN[network.name][trained]).output
    )
