"""Simulated data sets on disk: the truth is right, and the bytes depend on the recipe alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.datasets import simulated_set
from models.datasets.grids import GRID_CHANNELS, grids
from models.datasets.simulated_set import Recipe, SimulatedSet, Truth, draw, truth
from models.datasets.splits import CaseSplit
from models.networks.lattices import Lattice
from models.predicting.preparing import Preparer
from models.preparation import framing, packing
from models.preparation.framing import frame
from models.registry import default_registry
from models.simulation.karyograms import Karyogram, painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety

SIZE = 96
PACKER = Preparer(packing.NAME, default_registry())
PACKED = Recipe(seed=5, preparation=packing.NAME)


def karyogram(kind: Kind, seed: int = 0) -> Karyogram:
    return simulate(np.random.default_rng(seed), painted, 0.0, kind, width=400)


def grid_of(known: Truth, cells: int) -> NDArray[np.float32]:
    counted: NDArray[np.float32] = grids(known.places[None], known.channels[None], Lattice.even(cells), GRID_CHANNELS)
    return counted.reshape(cells, cells, GRID_CHANNELS)


@pytest.mark.parametrize("kind", list(Kind))
def test_grid_counts_every_chromosome_and_every_change(kind: Kind) -> None:
    drawn = karyogram(kind)
    _, framing = frame(drawn.page.pixels, SIZE)
    known = truth(drawn, framing)
    grid = grid_of(known, 3)
    counted = grid[:, :, :-1].sum(axis=(0, 1))
    assert counted == pytest.approx([drawn.karyotype.copies(name) for name in CHROMOSOMES], abs=1e-4)
    assert (grid[:, :, -1].sum() > 0.9) == drawn.karyotype.abnormal == bool(known.abnormal)


def test_grid_knows_where() -> None:
    drawn = simulate(np.random.default_rng(0), painted, 0.0, Kind.NORMAL, variety=Variety.FIXED)
    _, framing = frame(drawn.page.pixels, SIZE)
    grid = grid_of(truth(drawn, framing), 6)
    rows = np.arange(6)[:, None]
    height = {
        name: float((grid[:, :, i] * rows).sum() / grid[:, :, i].sum()) for i, name in enumerate(CHROMOSOMES[:22])
    }
    assert height["1"] < height["8"] < height["14"] < height["19"]


def test_structure_is_told_by_chromosome() -> None:
    drawn = karyogram(Kind.TRANSLOCATION)
    _, framing = frame(drawn.page.pixels, SIZE)
    known = truth(drawn, framing)
    changed = {c.place for c in drawn.karyotype.chromosomes if c.changed}
    assert {CHROMOSOMES[i] for i in np.flatnonzero(known.structural)} == changed
    assert len(changed) == 2


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SimulatedSet]:
    folder = tmp_path_factory.mktemp("set")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulated_set, "_FEW", 0)  # even these by several processes
        return folder, SimulatedSet.write(folder, PACKED, pictures=6, size=SIZE)


def test_processes_write_what_one_would(written: tuple[Path, SimulatedSet]) -> None:
    _, data = written
    for number in range(6):
        picture, known = draw(PACKED, painted, number, preparer=PACKER, size=SIZE)
        assert np.array_equal(data.pictures[number], picture)
        assert np.array_equal(data.copies[number], known.copies)
        assert np.array_equal(data.places[number], known.places)
        assert np.array_equal(data.channels[number], known.channels)


def test_a_complete_set_is_kept(written: tuple[Path, SimulatedSet]) -> None:
    folder, _ = written
    before = (folder / "pictures.npy").stat().st_mtime_ns
    SimulatedSet.write(folder, PACKED, pictures=6, size=SIZE)
    assert (folder / "pictures.npy").stat().st_mtime_ns == before


def test_dense_pictures_miss_and_repeat_much() -> None:
    copies = [
        draw(replace(PACKED, seed=1, dense_share=1.0), painted, n, preparer=PACKER, size=SIZE)[1].copies
        for n in range(5)
    ]
    assert np.mean(np.stack(copies)[:, :22] != 2) > 0.35


def test_split_takes_every_third_case() -> None:
    split = CaseSplit()
    assert [case for case in ("P001", "P002", "P003", "P005", "P211") if split.is_validation(case)] == [
        "P002",
        "P005",
    ]
    with pytest.raises(ValueError, match="must contain a number"):
        split.is_validation("anonymous")


def test_some_pictures_may_be_of_spoilt_pages() -> None:
    """Their truth is that of the page before; a share of none leaves all as they are."""
    framer = Preparer(framing.NAME, default_registry())
    plain = Recipe(seed=8, preparation=framing.NAME)
    drawn = {
        share: [draw(replace(plain, spoilt_share=share), painted, i, preparer=framer, size=SIZE) for i in range(6)]
        for share in (0.0, 0.5, 1.0)
    }
    changed = {
        share: sum(not np.array_equal(one[0], other[0]) for one, other in zip(drawn[0.0], pictures, strict=True))
        for share, pictures in drawn.items()
    }
    assert changed[0.0] == 0 < changed[0.5] < changed[1.0]
    for (_, one), (_, other) in zip(drawn[0.0], drawn[1.0], strict=True):
        np.testing.assert_array_equal(one.copies, other.copies)
