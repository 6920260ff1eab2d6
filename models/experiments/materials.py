"""What a run learns from and is tested on: pictures, or what the frozen part of its network makes of them.

Features of frozen parts are computed once for each set of pictures and kept on disk, so that a head learns in seconds.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.experiments.alpha import Original, Source, digest, originals
from models.experiments.augmentation import THESIS, Augmentation
from models.experiments.nets import PARTS, Weights
from models.experiments.plan import VERSION, Plan
from models.experiments.record import Counts, Edition, Sizes
from models.experiments.rendering import name_of, render
from models.experiments.sides import Copy, Sides, divide
from models.networks.cutting import lower_part
from models.networks.devices import Precision
from models.training.batches import write_features
from models.training.phases import TrainingError

_CHUNK = 32
_KEPT = 2
"""How features are kept; part of the key of their folder. Way 1 kept them as they came, however small."""

_FAINT = 2.0**-10
"""Below it float16 loses digits of features, and in the end all of them."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Side:
    """The pictures of one side, N of them.

    ``inputs``: (N, S, S) pictures of uint8, or (N, rows, columns, channels) features of float16; see ``raised``.
    ``abnormal``: (N,).
    """

    files: tuple[str, ...]
    case_ids: tuple[str, ...]
    abnormal: NDArray[np.bool_]
    inputs: NDArray[Any]


@dataclass(frozen=True)
class Materials:
    """The three sides of a run."""

    training: Side
    validation: Side
    test: Side
    sizes: Sizes


@dataclass(frozen=True)
class Bench:
    """What all runs share.

    ``weights``: where starting weights are found. ``work``: folder for features. ``precision``: what networks compute
    in. ``karyograms`` and ``crops``: the real data, for the real edition. ``storage``: URL of the trials of searches; a
    file in ``work`` if left out. ``study``: whose trials a search takes up and adds to; that of its plan if empty.
    """

    weights: Weights
    work: Path
    precision: Precision
    karyograms: Path | None = None
    crops: Path | None = None
    storage: str | None = None
    study: str = ""

    def source(self, plan: Plan) -> Source:
        """Return where the karyograms of a run come from."""
        return Source(plan.edition, plan.seed, plan.counts, self.karyograms, self.crops)

    def fingerprint(self, plan: Plan) -> str:
        """Return the SHA-256 of all that decides a run.

        Raises:
            TrainingError: its starting weights are not at hand.
        """
        chosen = plan.configuration
        return plan.fingerprint(self.source(plan).identity, self.weights.identity(chosen.network, chosen.start))

    def materials(self, plan: Plan, network: keras.Model) -> Materials:
        """Return the three sides of a run.

        Args:
            plan: of the run.
            network: with its starting weights, whose frozen part makes features of the pictures.

        Raises:
            TrainingError: the frozen part sees no difference between any two pictures.
            ValueError: features are not finite in float16.
        """
        known, sides, _ = self.pictures(plan)
        lower = lower_part(network, PARTS[plan.configuration.trained])
        made = {name: self._side(plan, name, lower) for name in ("training", "validation", "test")}
        _check_telling(made["training"].inputs, plan)
        return Materials(**made, sizes=sides.sizes(known))

    def pictures(self, plan: Plan) -> tuple[list[Original], Sides, Augmentation]:
        """Return the karyograms of a run, which pictures of them stand on which side, and how these are changed."""
        chosen = plan.configuration
        known = self._originals(plan.edition, plan.seed, plan.counts)
        how = Augmentation(**chosen.augmentation) if chosen.augmentation else THESIS
        return known, divide(known, chosen.data, plan.split, plan.seed, plan.processed), how

    def _originals(self, edition: Edition, seed: int, counts: Counts) -> list[Original]:
        key = (edition, seed, counts)
        if key not in self._known:
            _log.info("drawing the %s edition, seed %d", edition, seed)
            self._known[key] = originals(Source(edition, seed, counts, self.karyograms, self.crops))
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[Edition, int, Counts], list[Original]]:
        return {}

    def _side(self, plan: Plan, name: str, lower: keras.Model | None) -> Side:
        known, sides, how = self.pictures(plan)
        copies: tuple[Copy, ...] = getattr(sides, name)
        inputs: NDArray[Any] | None = None
        if lower is not None:
            folder = self.work / "features" / self._key(plan)
            inputs = _read_features(folder, name)
        if inputs is None:
            inputs = render(known, copies, plan.seed, how, plan.configuration.size)
            if lower is not None:
                _log.info("computing features of %d pictures (%s)", len(copies), name)
                first = render(known, (Copy(0, 0),), plan.seed, how, plan.configuration.size)
                inputs = _features(raised(lower, first), inputs, folder, name)
        return Side(
            files=tuple(name_of(known[copy.original], copy) for copy in copies),
            case_ids=tuple(known[copy.original].case_id for copy in copies),
            abnormal=np.array([known[copy.original].abnormal for copy in copies]),
            inputs=inputs,
        )

    def _key(self, plan: Plan) -> str:
        """Return what decides features: pictures, the frozen part, its weights, and what it computes in."""
        chosen = plan.configuration
        weights = self.weights.identity(chosen.network, chosen.start) or f"random, seed {plan.seed}"
        pictures = (
            self.source(plan).identity,
            plan.split,
            plan.processed,
            chosen.data,
            chosen.augmentation,
            chosen.size,
        )
        return digest(VERSION, _KEPT, self.precision, chosen.network, chosen.trained, weights, *pictures)[:24]


def raised(lower: keras.Model, picture: NDArray[np.uint8]) -> keras.Model:
    """Return the frozen part, its features times a power of two if float16 would lose them, as it is if not.

    Random weights let a deep network's features fade: those of MobileNetV3 are around 1e-9, where float16 and the
    optimiser's step know nothing but zero. A power of two changes no digit.

    Args:
        lower: the frozen part, (N, S, S) of uint8 -> features.
        picture: (1, S, S), whose largest feature the factor brings to between one and two. The same for every side.
    """
    largest = float(np.abs(np.asarray(lower.predict_on_batch(picture), np.float64)).max())
    if not 0.0 < largest < _FAINT:
        return lower
    factor = 2.0 ** -math.floor(math.log2(largest))
    _log.info("features are %.1e at most: kept times %.1e", largest, factor)
    return keras.Model(lower.input, keras.layers.Rescaling(factor, name="raised")(lower.output))


def _check_telling(inputs: NDArray[Any], plan: Plan) -> None:
    """Refuse what no head could learn from: the same features, or pictures, all over."""
    if (inputs == inputs[0]).all():
        chosen = plan.configuration
        raise TrainingError(
            f"{chosen.network} (starting weights: {chosen.start}) must tell pictures apart, "
            f"got the same features of all {len(inputs)} training pictures of {plan.name}"
        )


def _read_features(folder: Path, name: str) -> NDArray[np.float16] | None:
    """Return the features of a side, if they are there as a whole."""
    return np.load(folder / f"{name}.npy") if (folder / f"{name}.complete").exists() else None


def _features(lower: keras.Model, pictures: NDArray[np.uint8], folder: Path, name: str) -> NDArray[np.float16]:
    folder.mkdir(parents=True, exist_ok=True)
    write_features(lower, pictures, folder / f"{name}.npy", _CHUNK)
    (folder / f"{name}.complete").touch()
    return np.load(folder / f"{name}.npy")  # type: ignore[no-any-return]
