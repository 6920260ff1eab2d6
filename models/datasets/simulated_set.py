"""Simulated karyograms with their truth, written to disk once and read batch by batch, never all in memory.

Picture ``i`` of a data set depends on its seed and ``i`` alone: any number of processes writes the same bytes.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.datasets.grids import GRID_CHANNELS, NOTHING
from models.datasets.splits import CaseSplit
from models.datasets.spoiling import spoil
from models.predicting.preparing import BEST, Preparer
from models.preparation.preparations import Placement
from models.registry import default_registry
from models.simulation.chromosomes.crops import CropLibrary
from models.simulation.chromosomes.material import Material
from models.simulation.karyograms import Karyogram, MaterialSource, painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.karyotypes.segments import MARKER
from models.simulation.pages.families import Variety

_MOST_COPIES = 4
_MOST_MARKS = 192  # on a picture; the densest karyotypes have fewer
_ARRAYS = ("pictures", "abnormal", "copies", "structural", "places", "channels")
_FEW = 64  # to draw these takes less time than to start other processes


@dataclass(frozen=True)
class Recipe:
    """What a simulated data set is made of; small and picklable, so that every process can follow it.

    ``crops``: archive of real chromosome crops to recombine, or ``None`` for painted chromosomes alone. ``split``
    tells the training cases, which are used, from the validation cases, which are used if ``validation``.
    ``painted_share``, ``abnormal_share`` and ``dense_share``: of the pictures, 0..1, with painted chromosomes, with an
    abnormal karyotype, with the dense karyotypes of the source task, or others of ``dense_kind``. ``spoilt_share``: of
    them, on pages that may be spoilt, see ``models.datasets.spoiling``. ``variety``: how much pages differ.
    ``widths``: of the pages in pixels, from and to; small ones are as frequent as large ones.
    ``profile``: name of the profile that says how often each abnormal karyotype occurs. ``preparation``: name of the
    way from page to picture.
    """

    seed: int
    crops: Path | None = None
    split: CaseSplit = field(default_factory=CaseSplit)
    validation: bool = False
    painted_share: float = 0.25
    abnormal_share: float = 0.55
    dense_share: float = 0.0
    dense_kind: Kind = Kind.DENSE
    spoilt_share: float = 0.0
    variety: Variety = Variety.WIDE
    widths: tuple[int, int] = (340, 600)
    profile: str = "training"
    preparation: str = BEST

    @property
    def provenance(self) -> str:
        """Where the chromosomes come from, for a model card."""
        if self.crops is None:
            return "chromosomes painted from ISCN band tables (CC0)"
        cases = "validation" if self.validation else "training"
        return (
            f"{1 - self.painted_share:.0%} recombined from real single chromosomes ({self.crops.name}: the public "
            f"Passau Pki-3 research set, {cases} cases only), {self.painted_share:.0%} painted from ISCN band tables"
        )

    def material(self) -> MaterialSource:
        """Open the source of drawing material."""
        if self.crops is None:
            return painted
        library = CropLibrary.read(self.crops, lambda case: self.split.is_validation(case) == self.validation)

        def draw(rng: np.random.Generator) -> Material:
            return painted(rng) if rng.random() < self.painted_share else library.draw_cell(rng)

        return draw


@dataclass(frozen=True)
class Truth:
    """What a prepared picture truly shows.

    ``copies``: (24,) integers 0..4. ``structural``: (24,) 0 or 1. ``abnormal``: 0 or 1. ``places``: (M, 2), x and y in
    sides of the picture, of all chromosomes and changes, and ``channels``: (M,), which of them stands there; both as in
    ``models.datasets.grids.grids``, with M the same for all pictures.
    """

    copies: NDArray[np.int32]
    structural: NDArray[np.float32]
    abnormal: float
    places: NDArray[np.float32]
    channels: NDArray[np.int8]


def truth(karyogram: Karyogram, placement: Placement) -> Truth:
    """Return the truth about a simulated karyogram as a network must learn it.

    Args:
        karyogram: the simulated karyogram.
        placement: where on the picture the parts of the page lie.
    """
    karyotype = karyogram.karyotype
    places = np.zeros((_MOST_MARKS, 2), np.float32)
    channels = np.full(_MOST_MARKS, NOTHING, np.int8)
    for index, (channel, point) in enumerate(_marks(karyogram)):
        places[index], channels[index] = placement.place(point), channel
    return Truth(
        copies=np.array([min(karyotype.copies(name), _MOST_COPIES) for name in CHROMOSOMES], np.int32),
        structural=np.array([karyotype.changed(name) for name in CHROMOSOMES], np.float32),
        abnormal=float(karyotype.abnormal),
        places=places,
        channels=channels,
    )


def _marks(karyogram: Karyogram) -> Iterator[tuple[int, tuple[float, float]]]:
    """Yield the channel and the point of the page of each chromosome and of each change."""
    karyotype, page = karyogram.karyotype, karyogram.page
    change = GRID_CHANNELS - 1
    for standing in page.standing:
        yield change if standing.place == MARKER else CHROMOSOMES.index(standing.place), standing.centre
        if standing.changed and standing.place != MARKER:
            yield change, standing.centre
    for place in (*karyotype.gained, *karyotype.lost):
        if place in page.places:
            yield change, page.places[place]


def draw_karyogram(recipe: Recipe, source: MaterialSource, number: int) -> Karyogram:
    """Draw karyogram ``number`` of a recipe from its source of material."""
    rng = np.random.default_rng([recipe.seed, number])
    kind = recipe.dense_kind if rng.random() < recipe.dense_share else None
    width = round(np.exp(rng.uniform(*np.log(recipe.widths))))
    drawn = simulate(rng, source, recipe.abnormal_share, kind, width, profile=recipe.profile, variety=recipe.variety)
    spoiling = np.random.default_rng([recipe.seed, number, 1])
    return replace(drawn, page=spoil(spoiling, drawn.page)) if spoiling.random() < recipe.spoilt_share else drawn


def draw(
    recipe: Recipe, source: MaterialSource, number: int, *, preparer: Preparer, size: int
) -> tuple[NDArray[np.uint8], Truth]:
    """Draw picture ``number`` of a recipe, (size, size) uint8, with its truth.

    ``preparer`` must be that of the recipe; it is not loaded for each picture anew.
    """
    karyogram = draw_karyogram(recipe, source, number)
    picture, placement = preparer.prepare(karyogram.page.pixels, size)
    return picture, truth(karyogram, placement)


@dataclass(frozen=True)
class SimulatedSet:
    """A data set on disk, memory-mapped.

    ``pictures``: (N, S, S) uint8. ``abnormal``: (N, 1). ``copies``: (N, 24). ``structural``: (N, 24).
    ``places``: (N, M, 2). ``channels``: (N, M); see ``Truth``.
    """

    pictures: NDArray[np.uint8]
    abnormal: NDArray[np.float32]
    copies: NDArray[np.int32]
    structural: NDArray[np.float32]
    places: NDArray[np.float32]
    channels: NDArray[np.int8]

    @classmethod
    def open(cls, folder: Path) -> SimulatedSet:
        """Map the arrays of a folder that ``write`` has filled."""
        return cls(**{name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS})

    @classmethod
    def write(cls, folder: Path, recipe: Recipe, *, pictures: int, size: int) -> SimulatedSet:
        """Simulate ``pictures`` pictures of side ``size`` into ``folder``, on all cores if many; kept if there."""
        done = folder / "complete"
        if not done.exists():
            folder.mkdir(parents=True, exist_ok=True)
            shapes: dict[str, tuple[type, tuple[int, ...]]] = {
                "pictures": (np.uint8, (size, size)),
                "abnormal": (np.float32, (1,)),
                "copies": (np.int32, (len(CHROMOSOMES),)),
                "structural": (np.float32, (len(CHROMOSOMES),)),
                "places": (np.float32, (_MOST_MARKS, 2)),
                "channels": (np.int8, (_MOST_MARKS,)),
            }
            for name, (kind, shape) in shapes.items():
                open_memmap(folder / f"{name}.npy", mode="w+", dtype=kind, shape=(pictures, *shape)).flush()
            _write_all(folder, recipe, pictures, size)
            done.touch()
        return cls.open(folder)


def _write_all(folder: Path, recipe: Recipe, pictures: int, size: int) -> None:
    if pictures <= _FEW:
        _write_some(folder, recipe, range(pictures), size)
        return
    # spawned, not forked: a process that has computed with a network must not be copied
    workers = os.cpu_count() or 1
    jobs = [(folder, recipe, range(start, pictures, workers), size) for start in range(workers)]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        pool.starmap(_write_some, jobs)


def _write_some(folder: Path, recipe: Recipe, numbers: range, size: int) -> None:
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r+") for name in _ARRAYS}
    source, preparer = recipe.material(), Preparer(recipe.preparation, default_registry())
    for number in numbers:
        picture, known = draw(recipe, source, number, preparer=preparer, size=size)
        arrays["pictures"][number] = picture
        for name in _ARRAYS[1:]:
            arrays[name][number] = getattr(known, name)
