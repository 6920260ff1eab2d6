"""The phases of a training, as data: what is learnt at which size of picture, how long, and by how much of a network.

Pictures grow from coarse to fine, which on a CPU costs a third of training at full size from the start. Sources: design
section 7 (a dense source task first); thesis sections 3.3, 4.3 and table 5.1 (frozen, then one block, two or all).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from models.networks.choices import Trained

SMALLEST_SIZE = 75
LARGEST_SIZE = 300
"""Pixels; above this the cost grows and simulated pages have no more to show."""


class TrainingError(ValueError):
    """A training cannot be done as it was asked for: too few data, or a work folder that holds another training."""


@dataclass(frozen=True)
class Phase:
    """One stretch of training.

    ``size``: side of the pictures in pixels. ``pictures``: how many; each is seen ``epochs`` times, on average.
    ``learning_rate``: at the top of the warm-up. ``abnormal_weight``: of the thesis' head in the loss.
    ``dense_share``: of the pictures, with dense karyotypes. ``spoilt_share``: of them, on pages that may be spoilt.
    ``mosaics``: whether they are no pages but mosaics of chromosomes, from which only the lower part of a network
    learns, up to its finest read-out. ``evaluations``: how often, at even distances, the network is measured on
    held-out pictures and a state to resume from is kept.
    ``keep_best``: end with the weights of the best evaluation, not of the last; for phases that teach normal against
    abnormal. ``averaging``: momentum, 0..1, of an exponential moving average of the weights, which is what is measured
    and kept; 0 for none. ``varied``: whether each picture is shown a little differently each time, see
    ``models.datasets.variation``; only where all of the network learns.
    """

    name: str
    size: int
    pictures: int
    learning_rate: float
    epochs: float = 1
    trained: Trained = Trained.ALL
    abnormal_weight: float = 0.2
    dense_share: float = 0.0
    spoilt_share: float = 0.0
    mosaics: bool = False
    batch_size: int = 16
    evaluations: int = 8
    keep_best: bool = False
    averaging: float = 0.0
    varied: bool = False

    def __post_init__(self) -> None:
        """Refuse a phase that could not take a step between two evaluations."""
        if not 0.0 <= self.averaging < 1.0:
            raise ValueError(f"averaging must lie between 0 and 1, 1 excluded, got {self.averaging!r}")
        if self.varied and self.trained is not Trained.ALL:
            raise ValueError(
                f"varied must be False where a part is frozen, which sees each picture once, got {self.varied}"
            )
        if not 1 <= self.evaluations <= self._batches:
            raise ValueError(f"evaluations must lie between 1 and {self._batches} batches, got {self.evaluations!r}")

    @property
    def steps_between(self) -> int:
        """Batches from one evaluation to the next."""
        return self._batches // self.evaluations

    @property
    def steps(self) -> int:
        """Batches of the whole phase."""
        return self.steps_between * self.evaluations

    @property
    def _batches(self) -> int:
        return int(self.epochs * (self.pictures // self.batch_size))


def _thesis(size: int, frozen: int, tuned: int) -> tuple[Phase, Phase]:
    """Return the phases that teach normal against abnormal: so many pictures on frozen features, so many on all."""
    whole = Phase(
        "fine-tuned",
        size,
        tuned,
        1e-4,
        abnormal_weight=2.0,
        dense_share=0.2,
        evaluations=4,
        keep_best=True,
        averaging=0.99,
    )
    heads = replace(
        whole,
        name="heads-frozen",
        pictures=frozen,
        learning_rate=1e-3,
        epochs=30,
        trained=Trained.HEADS,
        evaluations=8,
        averaging=0.0,
    )
    return heads, whole


SOURCE_THEN_THESIS: Mapping[str, tuple[Phase, ...]] = MappingProxyType(
    {
        "vgg16": (
            Phase("mosaics", 128, 6_000, 3e-4, epochs=4, mosaics=True),
            Phase("source", 192, 8_000, 2e-4, epochs=2, dense_share=0.5),
            *_thesis(192, 4_800, 2_400),
        ),
        "inceptionv3": (
            Phase("mosaics", 139, 6_000, 1e-3, epochs=4, mosaics=True),
            Phase("source", 203, 16_000, 6e-4, epochs=3, dense_share=0.5),
            *_thesis(203, 6_400, 4_800),
        ),
    }
)
"""The whole training, by ``models.networks.choices.Architecture``.

InceptionV3 takes sizes of 32 n + 11 pixels and VGG16 of 32 n, at which no edge of the picture is left out of its maps.
"""


def _together(size: int, learning_rate: float) -> tuple[Phase]:
    """Return the one phase that teaches everything at once."""
    phase = Phase("together", size, 140_000, learning_rate, epochs=4.48, batch_size=128)
    return (replace(phase, abnormal_weight=0.5, dense_share=0.35, spoilt_share=0.5, varied=True),)


ON_FRAMED_PAGES: Mapping[str, tuple[Phase, ...]] = MappingProxyType(
    {"vgg16": _together(288, 3e-4), "inceptionv3": _together(299, 1.2e-3)}
)
"""The whole training on pages as they are, by ``models.networks.choices.Architecture``: 4,896 steps, for a GPU.

By these figures the shipped networks were taught: VGG16 began with what it had learnt at 150 pixels, and InceptionV3
saw no spoilt pages at first, and then as many steps of these at half of the rate.
"""

QUICK = (
    Phase("mosaics", 80, 16, 4e-4, batch_size=8, evaluations=2, mosaics=True),
    Phase("heads-frozen", 96, 16, 1e-3, epochs=2, trained=Trained.HEADS, abnormal_weight=2.0, evaluations=2),
    Phase("fine-tuned", 96, 16, 1e-4, abnormal_weight=2.0, batch_size=8, evaluations=2, keep_best=True, averaging=0.9),
)
"""Far too short to learn anything; shows that all the steps work together."""

QUICK_ON_FRAMED_PAGES = (
    Phase(
        "together",
        96,
        16,
        1e-4,
        epochs=1.5,
        batch_size=8,
        evaluations=2,
        dense_share=0.35,
        spoilt_share=0.5,
        varied=True,
    ),
)
"""Likewise."""


def rescaled(phases: Sequence[Phase], size: int, budget: float = 1.0) -> tuple[Phase, ...]:
    """Return the phases with the last one at ``size`` pixels and the others in proportion.

    Args:
        phases: at least one.
        size: ``SMALLEST_SIZE`` to ``LARGEST_SIZE``, in pixels.
        budget: as many pictures in each phase, above 0.

    Raises:
        ValueError: for a size out of range.
    """
    if not SMALLEST_SIZE <= size <= LARGEST_SIZE:
        raise ValueError(f"size must lie between {SMALLEST_SIZE} and {LARGEST_SIZE} pixels, got {size!r}")
    factor = size / phases[-1].size
    return tuple(_rescaled(phase, factor, budget) for phase in phases)


def _rescaled(phase: Phase, factor: float, budget: float) -> Phase:
    pictures = max(phase.batch_size, round(phase.pictures * budget))
    size = max(SMALLEST_SIZE, round(phase.size * factor))
    scaled = replace(phase, size=size, pictures=pictures, evaluations=1)
    return replace(scaled, evaluations=min(phase.evaluations, scaled.steps))
