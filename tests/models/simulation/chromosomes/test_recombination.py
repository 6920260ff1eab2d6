"""Recombined crops: what is drawn is what the karyotype says, and nothing else tells changed from normal."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import rankdata

from models.simulation.chromosomes.cells import Cell, Crop
from models.simulation.chromosomes.crops import CropLibrary
from models.simulation.chromosomes.finishing import Finish
from models.simulation.chromosomes.material import Patch
from models.simulation.chromosomes.recombination import CropMaterial, Treatment, draw_treatment
from models.simulation.chromosomes.splicing import splice
from models.simulation.chromosomes.stock import Piece, Stock
from models.simulation.karyotypes.exchanges import Translocation
from models.simulation.karyotypes.segments import Chromosome, Segment, normal_chromosome
from tests.crops import crop, write_library

PLAIN = Treatment(
    thickness=1.0,
    condensation=1.0,
    unlike=0.0,
    bend=1.0,
    more_bend=0.0,
    gamma=1.0,
    contrast=0.0,
    strength=1.0,
    foreign=0.0,
    joined=0.0,
    finish=Finish(blur=0.0, unequal=0.0, sharpening=0.0, halo=0.01),
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def library(tmp_path: Path) -> CropLibrary:
    cases = ("P001", "P002", "P003")
    return CropLibrary.read(write_library(tmp_path / "crops.zip", cases), lambda case: case != "P003")


def plain(library: CropLibrary, treatment: Treatment = PLAIN) -> CropMaterial:
    return CropMaterial(rng(), library.cells[0], [library.cells[1]], treatment)


def stock(library: CropLibrary, foreign: float = 0.0, joined: float = 0.0) -> Stock:
    return Stock(rng(), library.cells[0], [library.cells[1]], foreign, joined)


def own(library: CropLibrary, name: str) -> list[Crop]:
    return library.cells[0].crops[name]


class TestLibrary:
    def test_only_accepted_cases_are_read(self, library: CropLibrary) -> None:
        assert len(library.cells) == 2
        assert {name: len(crops) for name, crops in library.cells[0].crops.items()}["21"] == 2

    def test_missing_crops_are_named(self, tmp_path: Path) -> None:
        archive = tmp_path / "empty.zip"
        zipfile.ZipFile(archive, "w").close()
        with pytest.raises(ValueError, match=r"empty\.zip: expected"):
            CropLibrary.read(archive, lambda case: True)

    def test_scale_and_thickness_are_those_of_the_crops(self, library: CropLibrary) -> None:
        assert library.cells[0].scale == pytest.approx(80, rel=0.05)
        assert library.cells[0].thickness == pytest.approx(8 / 80, rel=0.2)

    def test_the_most_alike_help_out_first(self) -> None:
        pale, dark, darker = (np.full((40, 12), 255, np.uint8) for _ in range(3))
        for pixels, grey in ((pale, 180), (dark, 60), (darker, 50)):
            pixels[2:-2, 3:-3] = grey
        cells = [Cell({"1": [Crop(pixels)]}, "P001") for pixels in (pale, dark, darker)]
        library = CropLibrary(cells)
        assert library.alike(1) == [cells[2], cells[0], cells[1]]


class TestStock:
    def test_both_derivatives_are_cut_from_the_same_two_crops(self, library: CropLibrary) -> None:
        """Else the normal homologues would have to come from another cell."""
        shelf = stock(library)
        derivatives = Translocation(("9", "22"), ("q34", "q11.2")).made
        pieces = [piece for made in derivatives for piece in shelf.take(rng(), made)]
        rest = [piece for name in ("9", "22") for piece in shelf.take(rng(), normal_chromosome(name))]
        assert len({id(piece.crop) for piece in pieces}) == 2
        assert all(piece.cell is library.cells[0] for piece in (*pieces, *rest))

    def test_no_stretch_is_used_twice(self, library: CropLibrary) -> None:
        shelf = stock(library)
        taken = [piece for _ in range(3) for piece in shelf.take(rng(), normal_chromosome("21"))]
        assert [piece.cell is library.cells[0] for piece in taken] == [True, True, False]
        assert len({id(piece.crop) for piece in taken}) == 3

    def test_normal_chromosomes_are_borrowed_and_joined_too(self, library: CropLibrary) -> None:
        assert stock(library, foreign=1.0).take(rng(), normal_chromosome("3"))[0].cell is library.cells[1]
        joined = stock(library, joined=1.0).take(rng(), normal_chromosome("3"))
        assert len(joined) == 2
        assert joined[0].segment.end == joined[1].segment.start
        assert joined[0].crop is not joined[1].crop, "a joint of two crops, as in a changed chromosome"

    @pytest.mark.parametrize(
        ("cut", "ends"),
        [
            (Segment("5", 0.3, 1.0), (0.0, 1.0)),
            (Segment("5", 0.0, 0.7), (0.0, 1.0)),
            (Segment("5", 0.3, 0.6), (0.0, 1.0)),
            (Segment("5", 0.3, 1.0, inverted=True), (1.0, 0.0)),
        ],
    )
    def test_what_was_cut_off_still_has_natural_ends(
        self, cut: Segment, ends: tuple[float, float], library: CropLibrary
    ) -> None:
        pieces = stock(library).take(rng(), Chromosome("5", (cut,)))
        first, last = pieces[0].segment, pieces[-1].segment
        assert (first.end if first.inverted else first.start) == ends[0]
        assert (last.start if last.inverted else last.end) == ends[1]
        assert sum(piece.segment.length for piece in pieces) == pytest.approx(cut.length)
        assert len({id(piece.crop) for piece in pieces}) == 1

    def test_a_ring_has_no_ends(self, library: CropLibrary) -> None:
        ring = Chromosome("5", (Segment("5", 0.3, 0.9),), ring=True)
        assert [piece.segment for piece in stock(library).take(rng(), ring)] == list(ring.segments)

    def test_a_chromosome_that_no_cell_has_is_named(self) -> None:
        cell = Cell({"1": [Crop(crop("1"))]}, "P001")
        with pytest.raises(ValueError, match="expected a chromosome Y in some cell"):
            Stock(rng(), cell, [cell], 0.0, 0.0).take(rng(), normal_chromosome("Y"))


class TestSplicing:
    def test_ink_passes_over_at_a_joint_and_widths_meet(self) -> None:
        narrow, wide = np.zeros((30, 11), np.float32), np.zeros((40, 21), np.float32)
        narrow[:, 3:8], wide[:, 4:17] = 0.4, 0.8
        strip, width = splice([narrow, wide], overlap=4, reach=10, ring=False)
        assert strip.shape == (66, 21)
        assert strip[:26, 10] == pytest.approx(0.4)
        assert strip[30:, 10] == pytest.approx(0.8)
        assert (np.diff(strip[24:32, 10]) >= 0).all()
        assert width[0] == width[-1] == 1
        assert 13 * width[30] < 1.6 * 5 * width[25] < 1.6 * 13 * width[30], "2.6 times as wide before"

    def test_a_ring_is_joined_at_both_ends(self) -> None:
        strip = np.linspace(0.2, 0.8, 40, dtype=np.float32)[:, None] * np.ones((1, 9), np.float32)
        closed, width = splice([strip], overlap=5, reach=8, ring=True)
        assert len(closed) == len(width) == 35
        steps = np.abs(np.diff(np.concatenate([closed, closed[:1]])[:, 4]))
        assert steps.max() < 0.15, "no step anywhere around the ring"


class TestTreatment:
    @pytest.mark.parametrize("seed", range(30))
    def test_paper_stays_white_and_dark_stays_darker_than_light(self, seed: int) -> None:
        tone = np.linspace(20, 250, 17)
        curve = draw_treatment(rng(seed)).curve(tone, tone)
        assert (curve[:8] == 0).all()
        assert (np.diff(curve) >= 0).all()
        assert 0.3 < curve[255] <= 1

    def test_borrowed_ink_takes_the_tone_of_the_page(self) -> None:
        theirs, ours = np.linspace(40, 140, 17), np.linspace(60, 240, 17)
        curve = PLAIN.curve(theirs, ours)
        assert curve[140] == pytest.approx((240 - 10) / 245, abs=0.01)


class TestMaterial:
    def test_lengths_follow_the_segments(self, library: CropLibrary) -> None:
        spliced = Chromosome("1", (Segment("1", 0, 0.5), Segment("9", 0.5, 1)))
        expected = 40 + crop("9").shape[0] / 2
        assert plain(library).draw(rng(), spliced, 80).shape[0] == pytest.approx(expected, abs=3)
        assert plain(library).draw(rng(), spliced, 40).shape[0] == pytest.approx(expected / 2, abs=3)

    def test_a_joint_leaves_no_gap(self, library: CropLibrary) -> None:
        spliced = Chromosome("1", (Segment("1", 0, 0.5), Segment("9", 0.5, 1)))
        for seed in range(10):
            along = library.draw_cell(rng(seed)).draw(rng(seed), spliced, 80).max(axis=1)[3:-3]
            assert along.min() > 0.6 * np.median(along)

    def test_thickness_and_strength_are_those_of_the_page(self, library: CropLibrary) -> None:
        patch = plain(library).draw(rng(), normal_chromosome("4"), 80)
        thick = plain(library, replace(PLAIN, thickness=1.3)).draw(rng(), normal_chromosome("4"), 80)
        pale = plain(library, replace(PLAIN, strength=0.5)).draw(rng(), normal_chromosome("4"), 80)
        assert inked(thick) == pytest.approx(1.3 * inked(patch), abs=1.5)
        assert np.median(pale[pale > 0.2]) == pytest.approx(0.5 * np.median(patch[patch > 0.2]), rel=0.1)

    def test_same_generator_same_patches(self, library: CropLibrary) -> None:
        def page(seed: int) -> list[bytes]:
            draw, material = rng(seed), library.draw_cell(rng(seed))
            return [material.draw(draw, normal_chromosome(name), 75).tobytes() for name in ("1", "13", "X", "1", "1")]

        assert page(3) == page(3)
        assert page(3) != page(4)


def inked(patch: Patch) -> float:
    return float(np.median((patch > 0.3 * patch.max()).sum(axis=1)))


def look(patch: Patch) -> NDArray[np.float64]:
    """What could give a foreign crop away: ink, contrast, sharpness both ways, thickness, length."""
    ink, total = patch[patch > 0.15], patch.sum()
    sharpness = [np.abs(np.diff(patch, axis=axis)).sum() / total for axis in (0, 1)]
    return np.array([ink.mean(), ink.std(), *sharpness, inked(patch), patch.shape[0]])


def test_an_extra_copy_of_another_cell_looks_like_the_others(shared_data: Path) -> None:
    """Real crops: how far a borrowed chromosome is from its homologues ranks it no better than by chance."""
    library = CropLibrary.read(shared_data / "chromosomes.zip", lambda case: case < "P031")
    off: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for seed in range(150):
        draw, name = rng(seed), str(seed % 22 + 1)
        cell = seed % len(library.cells)
        material = CropMaterial(draw, library.cells[cell], library.alike(cell), PLAIN)
        one, two, borrowed = (look(material.draw(draw, normal_chromosome(name), 90)) for _ in range(3))
        off.append((np.abs(borrowed - (one + two) / 2), np.abs(one - (two + borrowed) / 2)))
    borrowed_off, own_off = (np.stack(values) for values in zip(*off, strict=True))
    ranks = rankdata(np.concatenate([borrowed_off, own_off]), axis=0)[: len(off)]
    auc = (ranks.sum(axis=0) - len(off) * (len(off) + 1) / 2) / len(off) ** 2
    assert auc.max() < 0.65, auc


def test_pieces_know_their_cell(library: CropLibrary) -> None:
    piece = stock(library).take(rng(), normal_chromosome("X"))[0]
    assert piece == Piece(Segment("X"), own(library, "X")[0], library.cells[0])
