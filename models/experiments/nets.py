"""The networks that are compared: the thesis' head on any backbone, and the weights that it starts with.

Source: thesis section 3.3; newer backbones are its future work (section 5.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import keras

from models.experiments.record import Start, TrainedPart
from models.networks.architectures import BACKBONE, build_network, with_heads
from models.networks.choices import Trained
from models.networks.weights import read_weights
from models.registry import Registry, file_sha256
from models.training.phases import TrainingError

PARTS: Mapping[TrainedPart, Trained] = MappingProxyType(
    {
        "head": Trained.HEADS,
        "one block": Trained.LAST_BLOCK,
        "two blocks": Trained.LAST_TWO_BLOCKS,
        "all": Trained.ALL,
    }
)
"""The part of a network that learns, from the words of a record to those of ``models.networks``."""

IMAGENET = Path.home() / ".keras" / "models"
"""Where Keras keeps the weights that it has downloaded."""

_MEAN_COLOURS = (103.939, 116.779, 123.68)  # of ImageNet: blue, green, red
_MEANS, _SPREADS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # likewise, of 0..1: red, green, blue


@dataclass(frozen=True)
class Backbone:
    """A backbone of ``keras.applications``.

    ``build`` makes it. ``imagenet``: file name of its ImageNet weights without the top. ``takes``: what these expect of
    a picture: "tf" -1 to 1, "caffe" 0 to 255 less the mean colours, "torch" 0 to 1, normalised by colour.
    ``scales_itself``: whether it would scale its input, which is done here.
    """

    build: Callable[..., keras.Model]
    imagenet: str
    takes: str
    scales_itself: bool = False


BACKBONES: Mapping[str, Backbone] = MappingProxyType(
    {
        "vgg16": Backbone(keras.applications.VGG16, "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", "caffe"),
        "inceptionv3": Backbone(
            keras.applications.InceptionV3, "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5", "tf"
        ),
        "resnet50v2": Backbone(
            keras.applications.ResNet50V2, "resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5", "tf"
        ),
        "efficientnetv2b0": Backbone(keras.applications.EfficientNetV2B0, "efficientnetv2-b0_notop.h5", "torch", True),
        "mobilenetv3small": Backbone(
            keras.applications.MobileNetV3Small,
            "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
            "tf",
            True,
        ),
    }
)
"""By the name of a network in a record."""


SOURCE_MODELS: Mapping[str, str] = MappingProxyType({"vgg16": "vgg16-150", "inceptionv3": "inceptionv3-arranged"})
"""The models that have learnt the source task, by network. They stay when a better model comes: records begin there."""


@dataclass(frozen=True)
class Weights:
    """Where starting weights are found: ``registry`` of our own models, folder ``imagenet`` of files of Keras."""

    registry: Registry
    imagenet: Path = IMAGENET

    def file(self, network: str, start: Start) -> Path | None:
        """Return the file with the starting weights of a network; ``None`` for random ones.

        Raises:
            TrainingError: there are none at hand.
            WeightsHashError: the weights in the registry are not those of their card.
        """
        if start == "none":
            return None
        if start == "source task":
            known = self.registry.names()
            if SOURCE_MODELS.get(network) not in known:
                held = ", ".join(known)
                raise TrainingError(f"{network} has no weights of the source task: the registry holds {held}")
            return self.registry.weights(SOURCE_MODELS[network])
        file = self.imagenet / BACKBONES[network].imagenet
        if not file.is_file():
            raise TrainingError(f"{network} has no ImageNet weights: {file} is not there")
        return file

    def has(self, network: str, start: Start) -> bool:
        """Say whether the starting weights of a network are at hand."""
        try:
            self.file(network, start)
        except TrainingError:
            return False
        return True

    def identity(self, network: str, start: Start) -> str:
        """Return the SHA-256 of starting weights; empty for random ones."""
        file = self.file(network, start)
        return "" if file is None else file_sha256(file)


def build(network: str, size: int, start: Start, weights: Weights, *, seed: int, member: int = 0) -> keras.Model:
    """Build a network with the thesis' head, untrained, on a backbone with its starting weights.

    Of a network that has learnt the source task only the backbone is taken: the heads are new in any case. With
    ImageNet weights a scaling of the input comes first in the backbone, which otherwise takes ink as it is.

    Args:
        network: a key of ``BACKBONES``.
        size: side of the pictures in pixels.
        start: of the backbone.
        weights: where these are found.
        seed: of random weights.
        member: of an ensemble, whose heads differ and whose backbones do not.
    """
    file = weights.file(network, start)
    keras.utils.set_random_seed(seed)
    if start == "source task" and file is not None:
        known = build_network(network, size)
        read_weights(known, file)
        backbone = known.get_layer(BACKBONE)
    else:
        backbone = _backbone(network, size, file if start == "imagenet" else None)
    keras.utils.set_random_seed(seed + member)
    return with_heads(backbone, network)


def _backbone(network: str, size: int, imagenet: Path | None) -> keras.Model:
    known = BACKBONES[network]
    ink = keras.Input((size, size, 3))
    entrance = ink if imagenet is None else as_colours(ink, known.takes)
    weights = None if imagenet is None else str(imagenet)
    options: dict[str, Any] = {"include_preprocessing": False} if known.scales_itself else {}
    built = known.build(include_top=False, weights=weights, input_tensor=entrance, **options)
    return keras.Model(ink, built.output, name=BACKBONE)


def as_colours(ink: keras.KerasTensor, takes: str) -> keras.KerasTensor:
    """Turn ink, (N, S, S, 3) from 0 for paper to 2 for black, into what ImageNet weights expect; see ``Backbone``."""
    scale, offset = {
        "tf": (-1.0, 1.0),
        "caffe": (-127.5, [255.0 - mean for mean in _MEAN_COLOURS]),
        "torch": ([-0.5 / spread for spread in _SPREADS], [(1 - m) / s for m, s in zip(_MEANS, _SPREADS, strict=True)]),
    }[takes]
    return keras.layers.Rescaling(scale, offset, name="colours")(ink)
