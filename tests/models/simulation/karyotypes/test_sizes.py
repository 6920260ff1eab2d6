"""The size of a change of structure is the share of the arm that it touches."""

from __future__ import annotations

import pytest

from models.simulation.karyotypes.bands import break_point, centromere, stretch
from models.simulation.karyotypes.iscn import parse_operation
from models.simulation.karyotypes.karyotype import Karyotype, Kind
from models.simulation.karyotypes.operations import Gain, MarkerChromosome
from models.simulation.karyotypes.segments import Segment
from models.simulation.karyotypes.sizes import arm_share, largest_change


def long_arm(chromosome: str) -> float:
    return 1 - centromere(chromosome)


@pytest.mark.parametrize(
    ("change", "chromosome", "start", "end"),
    [
        ("del(5)(q13q33)", "5", break_point("5", "q13"), break_point("5", "q33")),
        ("del(7)(q22)", "7", break_point("7", "q22"), 1.0),
        ("dup(1)(q21q32)", "1", break_point("1", "q21"), break_point("1", "q32")),
        ("dup(1)(q32q21)", "1", break_point("1", "q21"), break_point("1", "q32")),
        ("inv(3)(q21q26.2)", "3", break_point("3", "q21"), break_point("3", "q26.2")),
        ("del(11)(q23q23)", "11", *stretch("11", "q23")),
    ],
)
def test_within_one_long_arm_it_is_the_stretch(change: str, chromosome: str, start: float, end: float) -> None:
    assert arm_share(parse_operation(change)) == pytest.approx((end - start) / long_arm(chromosome))


def test_of_two_exchanged_ends_it_is_the_larger() -> None:
    shares = [(1 - break_point("9", "q34")) / long_arm("9"), (1 - break_point("22", "q11.2")) / long_arm("22")]
    assert arm_share(parse_operation("t(9;22)(q34;q11.2)")) == pytest.approx(max(shares))
    assert shares[0] < 0.25 < shares[1]


def test_of_a_derivative_it_is_the_larger_of_what_is_lost_and_what_is_gained() -> None:
    lost, gained = break_point("4", "p15") / centromere("4"), (1 - break_point("11", "q21")) / long_arm("11")
    assert arm_share(parse_operation("der(4)t(4;11)(p15;q21)")) == pytest.approx(max(lost, gained))


def test_of_a_pericentric_inversion_it_is_the_larger_part() -> None:
    middle = centromere("16")
    parts = (middle - break_point("16", "p13.1")) / middle, (break_point("16", "q22") - middle) / (1 - middle)
    assert arm_share(parse_operation("inv(16)(p13.1q22)")) == pytest.approx(max(parts))


def test_of_a_ring_it_is_the_larger_of_the_lost_ends() -> None:
    lost = break_point("13", "p11.2") / centromere("13"), (1 - break_point("13", "q32")) / long_arm("13")
    assert arm_share(parse_operation("r(13)(p11.2q32)")) == pytest.approx(max(lost))


@pytest.mark.parametrize("change", ["der(13;14)(q10;q10)", "i(17)(q10)", "+i(18)(p10)", "+21", "-7"])
def test_whole_arms_and_chromosomes_are_all(change: str) -> None:
    assert arm_share(parse_operation(change)) == pytest.approx(1.0)


def test_a_marker_is_as_large_as_its_piece() -> None:
    piece = Segment("15", centromere("15"), centromere("15") + long_arm("15") / 4)
    assert arm_share(MarkerChromosome(piece)) == pytest.approx(0.25)


def test_a_karyotype_is_as_large_as_its_largest_change_of_structure() -> None:
    small, large = parse_operation("t(9;11)(p22;q23)"), parse_operation("i(17)(q10)")
    both = Karyotype(Kind.TRANSLOCATION, "XX", (small, large, Gain("8")))
    assert largest_change(both) == pytest.approx(1.0)
    assert largest_change(Karyotype(Kind.TRANSLOCATION, "XX", (small,))) == pytest.approx(arm_share(small))
    assert largest_change(Karyotype(Kind.TRISOMY, "XX", (Gain("8"),))) is None
