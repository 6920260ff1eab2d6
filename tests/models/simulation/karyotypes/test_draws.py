"""The karyotype model: every kind changes exactly what its name says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.simulation.karyotypes.draws import TRAINING_SHARES, draw_by_profile, draw_karyotype, draw_kind
from models.simulation.karyotypes.karyotype import Karyotype, Kind
from models.simulation.karyotypes.profiles import PROFILES, read_profile
from models.simulation.karyotypes.segments import MARKER

SEX = {Kind.XXY: (2, 1), Kind.X: (1, 0), Kind.XYY: (1, 2), Kind.XXX: (3, 0)}
STRUCTURAL = {
    Kind.DELETION: 1,
    Kind.DUPLICATION: 1,
    Kind.PARACENTRIC: 1,
    Kind.PERICENTRIC: 1,
    Kind.DERIVATIVE: 1,
    Kind.ISOCHROMOSOME: 1,
    Kind.RING: 1,
    Kind.TRANSLOCATION: 2,
}


def karyotypes(kind: Kind) -> list[Karyotype]:
    return [draw_karyotype(np.random.default_rng(seed), kind) for seed in range(50)]


def counts(karyotype: Karyotype) -> dict[str, int]:
    return {name: karyotype.copies(name) for name in CHROMOSOMES}


def unusual_autosomes(karyotype: Karyotype) -> list[tuple[str, int]]:
    return [(name, karyotype.copies(name)) for name in AUTOSOMES if karyotype.copies(name) != 2]


def test_normal_cells_have_pairs_and_either_sex() -> None:
    drawn = karyotypes(Kind.NORMAL)
    assert all(not unusual_autosomes(k) and not k.abnormal and len(k.chromosomes) == 46 for k in drawn)
    assert {(k.copies("X"), k.copies("Y")) for k in drawn} == {(2, 0), (1, 1)}


@pytest.mark.parametrize(("kind", "copies"), [(Kind.TRISOMY, 3), (Kind.MONOSOMY, 1)])
def test_numerical_kinds_change_one_autosome(kind: Kind, copies: int) -> None:
    for karyotype in karyotypes(kind):
        ((name, found),) = unusual_autosomes(karyotype)
        assert found == copies
        assert (karyotype.gained if copies == 3 else karyotype.lost) == (name,)


@pytest.mark.parametrize("kind", SEX)
def test_sex_kinds_change_x_and_y_alone(kind: Kind) -> None:
    for karyotype in karyotypes(kind):
        assert (karyotype.copies("X"), karyotype.copies("Y")) == SEX[kind]
        assert not unusual_autosomes(karyotype)


@pytest.mark.parametrize(("kind", "changed"), STRUCTURAL.items())
def test_balanced_numbers_with_changed_structure(kind: Kind, changed: int) -> None:
    for karyotype in karyotypes(kind):
        assert not unusual_autosomes(karyotype)
        assert sum(karyotype.changed(name) for name in CHROMOSOMES) == changed


def test_deletion_keeps_most_and_never_the_whole() -> None:
    for karyotype in karyotypes(Kind.DELETION):
        (chromosome,) = [c for c in karyotype.chromosomes if c.changed]
        assert 0.5 <= sum(segment.length for segment in chromosome.segments) < 0.91


def test_translocation_exchanges_and_loses_nothing() -> None:
    for karyotype in karyotypes(Kind.TRANSLOCATION):
        pieces = [s for c in karyotype.chromosomes if c.changed for s in c.segments]
        for name in {piece.chromosome for piece in pieces}:
            top, bottom = sorted((p for p in pieces if p.chromosome == name), key=lambda p: p.start)
            assert (top.start, bottom.end) == (0, 1)
            assert top.end == bottom.start


def test_rings_are_marked_as_such() -> None:
    for karyotype in karyotypes(Kind.RING):
        (chromosome,) = [c for c in karyotype.chromosomes if c.changed]
        assert chromosome.ring


def test_robertsonian_leaves_45_and_two_long_arms_on_one() -> None:
    for karyotype in karyotypes(Kind.ROBERTSONIAN):
        assert len(karyotype.chromosomes) == 45
        (lost,) = karyotype.lost
        (fused,) = [c for c in karyotype.chromosomes if c.changed]
        assert {s.chromosome for s in fused.segments} == {lost, fused.place}
        assert karyotype.copies(lost) == 1


def test_marker_is_an_extra_piece_of_no_class() -> None:
    for karyotype in karyotypes(Kind.MARKER):
        assert counts(karyotype).keys() == set(CHROMOSOMES)
        assert sum(counts(karyotype).values()) == 46
        assert karyotype.copies(MARKER) == 1


def test_kinds_follow_their_shares() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_kind(rng, 0.5) for _ in range(4000)]
    assert abs(drawn.count(Kind.NORMAL) / 4000 - 0.5) < 0.04
    assert sum(TRAINING_SHARES.values()) == pytest.approx(1)
    assert abs(drawn.count(Kind.TRISOMY) / 4000 - 0.5 * TRAINING_SHARES[Kind.TRISOMY]) < 0.03
    assert set(drawn) == {Kind.NORMAL, *TRAINING_SHARES}


def test_an_isochromosome_is_never_the_only_x() -> None:
    drawn = karyotypes(Kind.ISOCHROMOSOME)
    assert any(k.changed("X") for k in drawn)
    assert all(k.copies("X") == 2 for k in drawn if k.changed("X"))


@pytest.mark.parametrize("name", PROFILES)
def test_karyotypes_follow_a_profile(name: str) -> None:
    rng, profile = np.random.default_rng(0), read_profile(name)
    drawn = Counter(k.kind for k in (draw_by_profile(rng, profile, 0.5) for _ in range(2000)))
    assert drawn[Kind.NORMAL] / 2000 == pytest.approx(0.5, abs=0.04)
    assert drawn.keys() <= {Kind.NORMAL, *profile.shares}
    for kind, share in profile.shares.items():
        assert drawn[kind] / 2000 == pytest.approx(share / 2, abs=0.03)


def test_clinics_see_other_karyotypes_than_a_training_set() -> None:
    leukaemia, constitutional = (read_profile(name).shares for name in ("leukaemia", "constitutional"))
    assert leukaemia[Kind.TRANSLOCATION] > 2 * constitutional[Kind.TRANSLOCATION]
    assert Kind.XXY not in leukaemia
    assert Kind.MONOSOMY not in constitutional


def test_dense_karyotypes_say_what_they_gained_and_lost() -> None:
    unusual = 0
    for karyotype in karyotypes(Kind.DENSE):
        for name in AUTOSOMES:
            usual = 2 + karyotype.gained.count(name) - karyotype.lost.count(name)
            assert karyotype.copies(name) == usual
        unusual += len(unusual_autosomes(karyotype))
    assert 10 < unusual / 50 < 14


def test_rearranged_karyotypes_have_normal_numbers_and_many_changed_pairs() -> None:
    changed = 0
    for karyotype in karyotypes(Kind.REARRANGED):
        assert not unusual_autosomes(karyotype)
        for name in AUTOSOMES:
            assert karyotype.copies(name) == 2
            changed += karyotype.changed(name)
    assert 4 < changed / 50 < 9


@pytest.mark.parametrize("kind", list(Kind))
def test_same_seed_same_karyotype(kind: Kind) -> None:
    one, two = (draw_karyotype(np.random.default_rng(3), kind) for _ in range(2))
    assert one == two
    assert one.chromosomes == two.chromosomes
    assert one.iscn == two.iscn


@pytest.mark.parametrize("name", PROFILES)
def test_same_seed_same_karyotype_of_a_profile(name: str) -> None:
    one, two = (draw_by_profile(np.random.default_rng(3), read_profile(name), 1.0) for _ in range(2))
    assert one == two
