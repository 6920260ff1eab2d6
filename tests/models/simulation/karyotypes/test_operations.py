"""Operations conserve what they must: nothing appears or disappears but what their names say."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.simulation.karyotypes import candidates
from models.simulation.karyotypes.bands import LEVELS, band_at, bandings, break_bands, break_point, centromere, stretch
from models.simulation.karyotypes.draws import draw_karyotype
from models.simulation.karyotypes.exchanges import Derivative, Robertsonian, Translocation
from models.simulation.karyotypes.karyotype import Karyotype, Kind
from models.simulation.karyotypes.rearrangements import Deletion, Duplication, Inversion, Isochromosome, Ring
from models.simulation.karyotypes.segments import Chromosome, Segment

SEEDS = st.integers(0, 2**32 - 1)
KINDS = st.sampled_from(list(Kind))
BALANCED = st.sampled_from([Kind.TRANSLOCATION, Kind.PARACENTRIC, Kind.PERICENTRIC])


def drawn(kind: Kind, seed: int) -> Karyotype:
    return draw_karyotype(np.random.default_rng(seed), kind)


def amount(chromosomes: Iterable[Chromosome], name: str, at: float) -> int:
    """How often a place of a chromosome is there."""
    return sum(s.chromosome == name and s.start < at < s.end for c in chromosomes for s in c.segments)


def amounts(chromosomes: Iterable[Chromosome], name: str) -> list[int]:
    """How often each band of a chromosome is there, from the top of the short arm."""
    edges = bandings(850)[name].edges
    chromosomes = list(chromosomes)
    return [amount(chromosomes, name, float(middle)) for middle in (edges[1:] + edges[:-1]) / 2]


def centromeres(chromosome: Chromosome) -> int:
    """How many centromeres a chromosome has; half a one, where arms were joined at it, counts half."""
    halves = 0
    for segment in chromosome.segments:
        middle = centromere(segment.chromosome)
        halves += (segment.start < middle <= segment.end) + (segment.start <= middle < segment.end)
    assert halves % 2 == 0
    return halves // 2


@settings(deadline=None)
@given(KINDS, SEEDS)
def test_counts_follow_gains_and_losses(kind: Kind, seed: int) -> None:
    karyotype = drawn(kind, seed)
    assert len(karyotype.chromosomes) == 46 + len(karyotype.gained) - len(karyotype.lost)
    assert karyotype.iscn.startswith(f"{len(karyotype.chromosomes)},")
    for name in AUTOSOMES:
        assert karyotype.copies(name) == 2 + karyotype.gained.count(name) - karyotype.lost.count(name)


@settings(deadline=None)
@given(KINDS, SEEDS)
def test_every_chromosome_has_one_centromere(kind: Kind, seed: int) -> None:
    assert {centromeres(chromosome) for chromosome in drawn(kind, seed).chromosomes} <= {1}


@settings(deadline=None)
@given(KINDS, SEEDS)
def test_segments_are_real_stretches(kind: Kind, seed: int) -> None:
    for chromosome in drawn(kind, seed).chromosomes:
        assert chromosome.segments
        assert all(0 <= s.start < s.end <= 1 for s in chromosome.segments)


@settings(deadline=None)
@given(BALANCED, SEEDS)
def test_balanced_changes_lose_and_gain_nothing(kind: Kind, seed: int) -> None:
    karyotype = drawn(kind, seed)
    for name in AUTOSOMES:
        assert set(amounts(karyotype.chromosomes, name)) == {2}
        length = sum(s.length for c in karyotype.chromosomes for s in c.segments if s.chromosome == name)
        assert length == pytest.approx(2)


def changed_by(kind: Kind, seed: int) -> tuple[Karyotype, float, float]:
    """A karyotype with one rearrangement, and its span."""
    karyotype = drawn(kind, seed)
    (change,) = karyotype.operations
    assert isinstance(change, Deletion | Duplication | Ring)
    return karyotype, *change.span


@settings(deadline=None)
@given(st.sampled_from([Kind.DELETION, Kind.DUPLICATION, Kind.RING]), SEEDS)
def test_exactly_the_named_stretch_is_lost_repeated_or_kept(kind: Kind, seed: int) -> None:
    karyotype, start, end = changed_by(kind, seed)
    inside, outside = {Kind.DELETION: (1, 2), Kind.DUPLICATION: (3, 2), Kind.RING: (2, 1)}[kind]
    (name,) = karyotype.operations[0].chromosomes
    edges = bandings(850)[name].edges
    middles = (edges[1:] + edges[:-1]) / 2
    expected = [inside if start < middle < end else outside for middle in middles]
    assert amounts(karyotype.chromosomes, name) == expected
    length = sum(s.length for c in karyotype.chromosomes if c.place == name for s in c.segments)
    assert length == pytest.approx(inside * (end - start) + outside * (1 - end + start))


@settings(deadline=None)
@given(SEEDS)
def test_one_derivative_gains_one_end_and_loses_the_other(seed: int) -> None:
    karyotype = drawn(Kind.DERIVATIVE, seed)
    (change,) = karyotype.operations
    assert isinstance(change, Derivative)
    for name in change.translocation.pair:
        assert set(amounts(karyotype.chromosomes, name)) == ({1, 2} if name == change.chromosome else {2, 3})


@settings(deadline=None)
@given(SEEDS)
def test_robertsonian_loses_short_arms_alone(seed: int) -> None:
    karyotype = drawn(Kind.ROBERTSONIAN, seed)
    for name in karyotype.operations[0].chromosomes:
        names = bandings(850)[name].names
        assert amounts(karyotype.chromosomes, name) == [1 if band.startswith("p") else 2 for band in names]


@settings(deadline=None)
@given(SEEDS)
def test_isochromosome_swaps_an_arm_for_the_other(seed: int) -> None:
    karyotype = drawn(Kind.ISOCHROMOSOME, seed)
    (name,) = karyotype.operations[0].chromosomes
    names = bandings(850)[name].names
    assert amounts(karyotype.chromosomes, name) == [1 if band.startswith("p") else 3 for band in names]


@pytest.mark.parametrize("name", AUTOSOMES)
def test_every_autosome_has_changes_that_can_be_seen(name: str) -> None:
    least = candidates.readable(name)
    for change in (*candidates.deletions(name, terminal=True), *candidates.duplications(name)):
        assert least <= change.span[1] - change.span[0] <= 0.5
    assert candidates.deletions(name, terminal=True)
    assert candidates.duplications(name)
    assert candidates.inversions(name, pericentric=True)
    assert candidates.inversions(name, pericentric=False)
    assert candidates.rings(name)
    assert candidates.exchanges(name)
    assert candidates.pieces(name)


def test_the_philadelphia_chromosome_is_short_and_its_partner_long() -> None:
    nine, twenty_two = Translocation(("9", "22"), ("q34", "q11.2")).made
    assert (nine.place, twenty_two.place) == ("9", "22")
    at, other = break_point("9", "q34"), break_point("22", "q11.2")
    assert nine.segments == (Segment("9", 0.0, at), Segment("22", other, 1.0))
    assert twenty_two.segments == (Segment("22", 0.0, other), Segment("9", at, 1.0))


def test_ends_of_unlike_arms_are_turned_round() -> None:
    five, one_end = Translocation(("5", "7"), ("p14", "q22")).made
    at, other = break_point("5", "p14"), break_point("7", "q22")
    assert five.segments == (Segment("7", other, 1.0, inverted=True), Segment("5", at, 1.0))
    assert one_end.segments == (Segment("7", 0.0, other), Segment("5", 0.0, at, inverted=True))


def test_inversions_and_duplications_keep_the_reading_direction() -> None:
    start, end = break_point("1", "q22"), break_point("1", "q25")
    direct, mirrored = Duplication("1", ("q22", "q25")), Duplication("1", ("q25", "q22"))
    assert direct.segments == (Segment("1", 0.0, end), Segment("1", start, 1.0))
    assert mirrored.segments == (
        Segment("1", 0.0, end),
        Segment("1", start, end, inverted=True),
        Segment("1", end, 1.0),
    )
    inverted = Inversion("1", ("q22", "q25"))
    assert inverted.segments[1] == Segment("1", start, end, inverted=True)
    assert not inverted.pericentric
    assert Inversion("16", ("p13.1", "q22")).pericentric


def test_isochromosomes_and_rings() -> None:
    middle = centromere("18")
    (short,) = Isochromosome("18", ("p10",), extra=True).made
    assert short.segments == (Segment("18", 0.0, middle), Segment("18", 0.0, middle, inverted=True))
    (ring,) = Ring("13", ("p11.2", "q34")).made
    assert ring.ring
    assert ring.changed
    (fused,) = Robertsonian(("21", "21")).made
    assert [segment.inverted for segment in fused.segments] == [True, False]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", CHROMOSOMES)
def test_bands_are_found_by_name_and_by_place(level: int, name: str) -> None:
    table = bandings(level)[name]
    assert table.centromere == centromere(name)
    for band, start, end in zip(table.names, table.edges, table.edges[1:], strict=False):
        assert stretch(name, band, level) == (start, end)
        assert stretch(name, band) == pytest.approx((start, end)), "a band keeps its place at every level"
        assert band_at(name, float(start + end) / 2, level) == band
    for arm in "pq":
        for band in break_bands(name, arm, level):
            assert band_at(name, break_point(name, band), level) == band
    assert band_at(name, table.centromere, level) == "q10"


def test_a_coarse_band_is_the_union_of_its_sub_bands() -> None:
    assert stretch("9", "q34") == (stretch("9", "q34.11")[0], stretch("9", "q34.3")[1])
    assert stretch("22", "q11.2") == (stretch("22", "q11.21")[0], stretch("22", "q11.23")[1])
    assert break_point("17", "p10") == break_point("17", "q10") == centromere("17")
    for chromosome, band, level in (("9", "q3", 850), ("9", "q34.11", 550), ("9", "q35", 850), ("30", "q11", 850)):
        with pytest.raises(ValueError, match="must be one of"):
            stretch(chromosome, band, level)
    with pytest.raises(ValueError, match="fraction must be from 0 to 1"):
        band_at("9", 1.2, 550)
