"""MC-Dropout in one go: the backbone once for each picture, then all sub-networks as matrix products.

All dropout of the thesis' networks sits in the heads, so the passes share the backbone. The T sub-networks are drawn
once, from the seed on the model's card, and judge every picture: marginally each picture sees exactly Bernoulli
dropout, and its figures depend on picture, model and seed alone. Sources: Gal and Ghahramani 2016; thesis section
3.4; design section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from models.networks.architectures import BACKBONE
from models.networks.choices import Trained
from models.networks.cutting import upper_backbone
from models.networks.heads import AbnormalPasses, FindingsPasses

BLOCK = 100
"""Sub-networks are computed in whole blocks, so that few shapes are ever compiled and T costs nothing below it."""

_PAGE = 255


@dataclass(frozen=True)
class Masks:
    """The dropout masks of T sub-networks; True keeps a value.

    ``features`` (T, positions, channels) falls on the backbone's output, ``hidden`` (T, 256) on the thesis' hidden
    layer, ``findings`` (T, 512) on that of the findings head.
    """

    features: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    findings: NDArray[np.bool_]


@dataclass(frozen=True)
class Passes:
    """What the sub-networks say of N pictures.

    ``abnormal`` (N, T) is each pass' probability of abnormal by the thesis' head, ``copies`` (N, T, 24, 5) its
    probabilities of 0..4 copies of each chromosome, by the findings head. ``structural`` (N, 24) are the findings
    head's probabilities of a changed structure, averaged over the passes, ``changed`` (N, T, 24) whether the pass sees
    one (probability of at least one half). ``pooled`` (N, C) is the backbone's output averaged over its positions, the
    same for all passes.
    """

    abnormal: NDArray[np.float32]
    copies: NDArray[np.float32]
    structural: NDArray[np.float32]
    changed: NDArray[np.bool_]
    pooled: NDArray[np.float32]


def draw_masks(network: keras.Model, seed: int, passes: int) -> Masks:
    """Draw the sub-networks of a model.

    Fewer passes are the first of more: each kind of mask has its own stream of random numbers, drawn pass by pass.

    Args:
        network: a network of ``models.networks.architectures.build_network``.
        seed: the seed on the model's card, at least 0.
        passes: T, at least 1.
    """
    _, rows, columns, channels = network.get_layer(BACKBONE).output_shape
    shapes = {
        "dropout": (passes, rows * columns, channels),
        "dropout_1": (passes, network.get_layer("dense").units),
        "findings_dropout": (passes, network.get_layer("findings_dense").units),
    }
    features, hidden, findings = (
        _kept(np.random.default_rng([seed, stream]), shape, network.get_layer(name).rate)
        for stream, (name, shape) in enumerate(shapes.items())
    )
    return Masks(features, hidden, findings)


def _kept(generator: np.random.Generator, shape: tuple[int, ...], rate: float) -> NDArray[np.bool_]:
    kept = np.empty(shape, dtype=np.bool_)
    for row in kept:
        # pass by pass: a thousand passes at once would need gigabytes of random numbers
        row[...] = generator.random(row.shape, dtype=np.float32) >= rate
    return kept


class SubNetworks:
    """A network's T sub-networks, ready to judge pictures; built once and then only read.

    ``network`` is the one they are made of, ``abnormal`` and ``findings`` its heads in all passes.
    """

    def __init__(self, network: keras.Model, seed: int, chunk: int = 8, trunk: keras.Model | None = None) -> None:
        """Compile the passes.

        Args:
            network: a network of ``models.networks.architectures.build_network``, with its weights.
            seed: the seed on the model's card.
            chunk: pictures computed at once, at least 1. Fewer are filled up with empty pages: a fixed shape gives a
                picture the same figures alone and in company.
            trunk: what leads to the backbone's output, such as ``models.networks.cutting.upper_backbone``, if judging
                does not begin with pictures.

        Raises:
            ValueError: when ``chunk`` is below 1.
        """
        if chunk < 1:
            raise ValueError(f"chunk must be at least 1, got {chunk!r}")
        self.network = network
        self._seed = seed
        self._chunk = chunk
        trunk = trunk or upper_backbone(network, Trained.ALL)
        self._shape, self._dtype = trunk.input.shape[1:], trunk.input.dtype
        self.abnormal, self.findings = AbnormalPasses(network), FindingsPasses(network)
        self._function = _build_passes(network, trunk, self.abnormal, self.findings, chunk)
        self._masks: dict[int, tuple[Any, Any, Any]] = {}

    def predict(self, pictures: Iterable[NDArray[Any]], passes: int) -> Passes:
        """Judge pictures by the first ``passes`` sub-networks, as they come.

        Args:
            pictures: N prepared pictures, (S, S) of uint8, black chromosomes on white; or what the trunk takes.
            passes: T, at least 1.

        Raises:
            ValueError: for pictures of a wrong shape or type, or without a pass.
        """
        if passes < 1:
            raise ValueError(f"passes must be at least 1, got {passes!r}")
        masks = self._whole_blocks(passes)
        parts = [self._predict_chunk(chunk, count, masks, passes) for chunk, count in self._chunks(pictures)]
        return Passes(*(np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Passes)))

    def _chunks(self, pictures: Iterable[NDArray[Any]]) -> Iterator[tuple[NDArray[Any], int]]:
        """Yield chunks of one size, filled up, each with how many pictures are in it; at least one, if only filling."""
        waiting = iter(pictures)
        part = list(islice(waiting, self._chunk))
        while True:
            chunk = np.full((self._chunk, *self._shape), _PAGE, self._dtype)
            for index, picture in enumerate(part):
                self._check(picture)
                chunk[index] = picture
            yield chunk, len(part)
            if not (part := list(islice(waiting, self._chunk))):
                return

    def _check(self, picture: NDArray[Any]) -> None:
        if picture.shape != self._shape or picture.dtype != self._dtype:
            expected = f"({', '.join(map(str, self._shape))}) of {self._dtype}"
            raise ValueError(f"pictures must be {expected} each, got {picture.shape} of {picture.dtype}")

    def _predict_chunk(self, chunk: NDArray[Any], count: int, masks: tuple[Any, ...], passes: int) -> Passes:
        outputs = self._function.predict_on_batch([chunk, *masks])
        pooled = np.asarray(outputs.pop("pooled"))[:count]
        # each (chunk, whole blocks of passes, ...): pictures and passes beyond those asked for are cut off
        said = {name: np.asarray(values)[:count, :passes] for name, values in outputs.items()}
        structural = said["structural"]
        return Passes(
            abnormal=said["abnormal"],
            copies=said["copies"].transpose(0, 1, 3, 2),  # (N, T, 5, 24) -> (N, T, 24, 5)
            structural=structural.mean(axis=1),
            changed=structural >= 0.5,
            pooled=pooled,
        )

    def masks(self, passes: int) -> tuple[Any, Any, Any]:
        """Return the masks of the first ``passes`` sub-networks on the device: (C, P, T), (T, 256) and (T, 512)."""
        features, hidden, findings = self._whole_blocks(passes)
        return features[:, :, :passes], hidden[:passes], findings[:passes]

    def _whole_blocks(self, passes: int) -> tuple[Any, Any, Any]:
        """Return at least so many masks, in the shapes of ``_build_passes``; drawn at the first call."""
        most = -(-passes // BLOCK) * BLOCK
        if most not in self._masks:
            masks = draw_masks(self.network, self._seed, most)
            dtype = self.network.get_layer("dropout").compute_dtype
            self._masks[most] = (
                ops.cast(masks.features.transpose(2, 1, 0), dtype),  # (T, P, C) -> (C, P, T)
                ops.cast(masks.hidden, "float32"),
                ops.cast(masks.findings, "float32"),
            )
        return self._masks[most]


def _build_passes(
    network: keras.Model, trunk: keras.Model, abnormal: AbnormalPasses, findings: FindingsPasses, chunk: int
) -> keras.Model:
    """Build one graph from pictures and masks to what all sub-networks say."""
    _, rows, columns, channels = network.get_layer(BACKBONE).output_shape
    dtype = network.get_layer("dropout").compute_dtype
    pictures = keras.Input(batch_shape=(chunk, *trunk.input.shape[1:]), dtype=trunk.input.dtype)
    feature_masks = keras.Input(batch_shape=(channels, rows * columns, None), dtype=dtype)
    hidden_masks, findings_masks = (
        keras.Input(batch_shape=(None, network.get_layer(name).units), dtype="float32")
        for name in ("dense", "findings_dense")
    )
    seen = trunk(pictures)
    counts, structural = findings(seen, findings_masks)
    outputs = {
        "abnormal": ops.sigmoid(abnormal(seen, feature_masks, hidden_masks)),
        "copies": _probabilities(counts),
        "structural": ops.sigmoid(structural),
        "pooled": ops.mean(ops.cast(seen, "float32"), axis=(1, 2)),
    }
    return keras.Model([pictures, feature_masks, hidden_masks, findings_masks], outputs)


def _probabilities(counts: Any) -> Any:
    """Return the softmax over the numbers of copies: (N, T, 5, 24) -> (N, T, 5, 24)."""
    # TensorFlow's own takes twice as long on five values of each chromosome
    odds = ops.exp(counts - ops.max(counts, axis=2, keepdims=True))
    return odds / ops.sum(odds, axis=2, keepdims=True)
