"""Training the segmentation network of the reader."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from models.datasets.segmentation_set import SegmentationSet
from models.networks.segmentation_network import build_segmentation_network
from models.reading.segmentation import KINDS, NOTHING
from models.training.progress import Reporter
from models.training.rates import warm_cosine
from models.training.telling import Teller

_SIDE = 256
_NEAR = 0.8  # of the patches are near chromosomes
_STRIDE = 8
_WEIGHTS = np.array([1.0, 1.0, 4.0], np.float32)  # of ``KINDS``: seams are few

Patches = NDArray[np.uint8]


@dataclass(frozen=True)
class SegmentationPlan:
    """How the segmentation network is trained: on so many patches of 256 pixels; ``seed`` of all randomness."""

    patches: int = 88_000
    learning_rate: float = 2e-3
    batch_size: int = 8
    seed: int = 1

    @property
    def steps(self) -> int:
        """Batches of the whole training."""
        return max(1, self.patches // self.batch_size)


def train_segmentation_network(
    plan: SegmentationPlan, found: SegmentationSet, reporter: Reporter, start: keras.Model | None = None
) -> keras.Model:
    """Train a segmentation network.

    Args:
        plan: how.
        found: pages to learn from.
        reporter: is told how far it is.
        start: a network that has learnt already and goes on learning; random weights if left out.
    """
    keras.utils.set_random_seed(plan.seed)
    network = start or build_segmentation_network(len(KINDS))
    network.compile(
        keras.optimizers.AdamW(
            warm_cosine(plan.learning_rate, plan.steps, warm_up=20, end=0.01), weight_decay=1e-4, clipnorm=1.0
        ),
        loss={"pixels": keras.losses.SparseCategoricalCrossentropy(from_logits=True)},
    )
    batches = PatchBatches(found, plan)
    with reporter.stretch("segmentation", plan.steps * plan.batch_size) as stretch:
        teller = Teller(stretch, plan.batch_size, plan.steps)
        network.fit(batches, epochs=1, shuffle=False, verbose=0, callbacks=[teller])
    return network


class PatchBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of patches as ``fit`` takes them; batch ``i`` depends on the seed and ``i`` alone."""

    def __init__(self, found: SegmentationSet, plan: SegmentationPlan) -> None:
        """Draw batches from pages."""
        super().__init__(workers=1, max_queue_size=8)
        self._found, self._plan = found, plan

    def __len__(self) -> int:
        return self._plan.steps

    def __getitem__(self, index: int) -> tuple[Patches, Patches, NDArray[np.float32]]:
        rng = np.random.default_rng([self._plan.seed, index])
        drawn = [self._found.page(int(rng.integers(len(self._found)))) for _ in range(self._plan.batch_size)]
        patches = np.stack([draw_patch(page, rng) for page in drawn])
        kinds = patches[..., -1]
        return patches[..., :-1], kinds, _WEIGHTS[kinds]


def draw_patch(page: Patches, rng: np.random.Generator) -> Patches:
    """Cut a patch from a page, mostly near chromosomes, mirrored half of the time, with paper beyond the page.

    Args:
        page: grey, darkness and kind, (H, W, 3).
        rng: source of all randomness.

    Returns:
        (256, 256, 3).
    """
    inked = np.argwhere(page[::_STRIDE, ::_STRIDE, -1] != NOTHING) * _STRIDE
    near = len(inked) and rng.random() < _NEAR
    middle = inked[rng.integers(len(inked))] if near else rng.integers(page.shape[:2])
    top, left = np.clip(middle - rng.integers(_SIDE, size=2), 0, np.maximum(0, np.array(page.shape[:2]) - _SIDE))
    part = page[top : top + _SIDE, left : left + _SIDE]
    patch = np.zeros((_SIDE, _SIDE, page.shape[2]), np.uint8)
    patch[..., 0] = 255 * (rng.random() < 0.5)
    patch[: part.shape[0], : part.shape[1]] = part
    return patch[:, ::-1] if rng.random() < 0.5 else patch
