"""ISCN: karyotypes are written as the standard writes them, against a table of known answers."""

from __future__ import annotations

import re

import numpy as np
import pytest

from models.simulation.karyotypes.draws import draw_karyotype, draw_mosaic
from models.simulation.karyotypes.exchanges import Derivative, Robertsonian, Translocation
from models.simulation.karyotypes.iscn import parse_karyotype, parse_operation
from models.simulation.karyotypes.karyotype import Karyotype, Kind, Mosaic
from models.simulation.karyotypes.operations import Gain, Loss, MarkerChromosome, Operation
from models.simulation.karyotypes.profiles import PROFILES, read_profile
from models.simulation.karyotypes.rearrangements import Deletion, Duplication, Inversion, Isochromosome, Ring
from models.simulation.karyotypes.segments import Segment

PHILADELPHIA = Translocation(("9", "22"), ("q34", "q11.2"))
MAR = MarkerChromosome(Segment("15", 0.0, 0.4))

KNOWN: list[tuple[str, str, tuple[Operation, ...]]] = [
    ("46,XX", "XX", ()),
    ("46,XY", "XY", ()),
    ("45,X", "X", ()),
    ("47,XXY", "XXY", ()),
    ("47,XYY", "XYY", ()),
    ("48,XXYY", "XXYY", ()),
    ("47,XY,+21", "XY", (Gain("21"),)),
    ("48,XXY,+21", "XXY", (Gain("21"),)),
    ("45,XX,-7", "XX", (Loss("7"),)),
    ("48,XX,+8,+8", "XX", (Gain("8"), Gain("8"))),
    ("45,X,-Y", "XY", (Loss("Y"),)),
    ("45,X,-X", "XX", (Loss("X"),)),
    ("47,XX,+X", "XX", (Gain("X"),)),
    ("46,XX,t(9;22)(q34;q11.2)", "XX", (PHILADELPHIA,)),
    ("47,XY,+8,t(9;22)(q34;q11.2)", "XY", (PHILADELPHIA, Gain("8"))),
    ("47,XX,t(9;22)(q34;q11.2),+19", "XX", (Gain("19"), PHILADELPHIA)),
    ("46,X,t(X;18)(p11.2;q11.2)", "XX", (Translocation(("X", "18"), ("p11.2", "q11.2")),)),
    ("46,Y,t(X;18)(p11.2;q11.2)", "XY", (Translocation(("X", "18"), ("p11.2", "q11.2")),)),
    ("46,t(X;Y)(q22;q11.2)", "XY", (Translocation(("X", "Y"), ("q22", "q11.2")),)),
    ("46,XX,der(4)t(4;11)(p15;q21)", "XX", (Derivative("4", Translocation(("4", "11"), ("p15", "q21"))),)),
    ("45,XX,der(13;14)(q10;q10)", "XX", (Robertsonian(("13", "14")),)),
    ("45,XX,der(21;21)(q10;q10)", "XX", (Robertsonian(("21", "21")),)),
    ("46,XX,der(14;21)(q10;q10),+21", "XX", (Gain("21"), Robertsonian(("14", "21")))),
    ("46,XX,+21,der(21;21)(q10;q10)", "XX", (Robertsonian(("21", "21")), Gain("21"))),
    ("46,XY,del(5)(p15.2)", "XY", (Deletion("5", ("p15.2",)),)),
    ("46,XX,del(5)(q13q33)", "XX", (Deletion("5", ("q13", "q33")),)),
    ("46,XX,del(13)(q14q14)", "XX", (Deletion("13", ("q14", "q14")),)),
    ("46,XX,del(6)(q22)x2", "XX", (Deletion("6", ("q22",)),) * 2),
    ("45,XY,-7,del(7)(q22)", "XY", (Deletion("7", ("q22",)), Loss("7"))),
    ("46,XX,dup(1)(q22q25)", "XX", (Duplication("1", ("q22", "q25")),)),
    ("46,XX,dup(1)(q25q22)", "XX", (Duplication("1", ("q25", "q22")),)),
    ("46,X,i(X)(q10)", "XX", (Isochromosome("X", ("q10",)),)),
    ("46,XX,i(17)(q10)", "XX", (Isochromosome("17", ("q10",)),)),
    ("47,XY,+i(18)(p10)", "XY", (Isochromosome("18", ("p10",), extra=True),)),
    ("46,X,r(X)(p22q26)", "XX", (Ring("X", ("p22", "q26")),)),
    ("46,XY,r(13)(p11.2q34)", "XY", (Ring("13", ("p11.2", "q34")),)),
    ("46,XY,inv(16)(p13.1q22)", "XY", (Inversion("16", ("p13.1", "q22")),)),
    ("46,XX,inv(3)(q21q26.2)", "XX", (Inversion("3", ("q21", "q26.2")),)),
    ("47,XX,+mar", "XX", (MAR,)),
    ("48,XX,+21,+mar", "XX", (MAR, Gain("21"))),
    ("48,XX,+2mar", "XX", (MAR, MAR)),
    (
        "47,X,-Y,del(5)(q13q33),+8,del(20)(q11.2q13.3),+mar",
        "XY",
        (MAR, Deletion("20", ("q11.2", "q13.3")), Gain("8"), Deletion("5", ("q13", "q33")), Loss("Y")),
    ),
    (
        "46,XX,del(5)(q13),inv(5)(p13q31)",
        "XX",
        (Inversion("5", ("p13", "q31")), Deletion("5", ("q13",))),
    ),
]


@pytest.mark.parametrize(("iscn", "sex", "operations"), KNOWN, ids=[known[0] for known in KNOWN])
def test_known_answers(iscn: str, sex: str, operations: tuple[Operation, ...]) -> None:
    karyotype = Karyotype(Kind.NORMAL, sex, operations)
    assert karyotype.iscn == iscn
    assert len(karyotype.chromosomes) == int(iscn.split(",")[0])
    assert karyotype.iscn == Karyotype(Kind.NORMAL, sex, operations[::-1]).iscn, "the order given does not matter"


OPERATIONS = sorted({operation for _, _, operations in KNOWN for operation in operations if operation != MAR}, key=str)


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.iscn for operation in OPERATIONS])
def test_changes_are_read_as_they_are_written(operation: Operation) -> None:
    assert parse_operation(operation.iscn) == operation


@pytest.mark.parametrize(
    "text",
    [
        "",
        "21",
        "+23",
        "+mar",
        "+del(5)(p15.2)",
        "del(5)",
        "del(5)(p15.2p15.3p16)",
        "t(9;22)(q34)",
        "der(13;14)(q11;q10)",
    ],
)
def test_what_is_no_change_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="change must be ISCN"):
        parse_operation(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("del(5)(p19)", "band must be one of chromosome 5"),
        ("del(5)(p13q13)", "one, or two outwards in one arm"),
        ("del(5)(q33q13)", "one, or two outwards in one arm"),
        ("dup(1)(p22q25)", "two in one arm"),
        ("inv(16)(q22p13.1)", "p before q"),
        ("inv(16)(q22)", "must be two"),
        ("i(17)(q11)", "('p10',) or ('q10',)"),
        ("r(13)(q12q34)", "one of p and one of q"),
        ("t(22;9)(q11.2;q34)", "then by number"),
        ("t(9;9)(q34;q34)", "then by number"),
        ("der(13;18)(q10;q10)", "must be two of 13, 14, 15, 21, 22"),
        ("der(5)t(9;22)(q34;q11.2)", "must be one of ('9', '22')"),
    ],
)
def test_impossible_changes_are_refused(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        parse_operation(text)


# a marker does not say what it is made of, and no kind of karyotype is called XXYY
READABLE = [known for known in KNOWN if MAR not in known[2] and known[0] != "48,XXYY"]


@pytest.mark.parametrize(("iscn", "sex", "operations"), READABLE, ids=[known[0] for known in READABLE])
def test_karyotypes_are_read_as_they_are_written(iscn: str, sex: str, operations: tuple[Operation, ...]) -> None:
    read = parse_karyotype(iscn)
    assert (read.iscn, read.sex) == (iscn, sex)
    assert sorted(read.operations, key=str) == sorted(operations, key=str)


@pytest.mark.parametrize(
    ("iscn", "kind"),
    [
        ("46,XY", Kind.NORMAL),
        ("45,X", Kind.X),
        ("47,XXY", Kind.XXY),
        ("47,XY,+21", Kind.TRISOMY),
        ("45,X,-Y", Kind.MONOSOMY),
        ("46,XX,inv(3)(q21q26.2)", Kind.PARACENTRIC),
        ("46,XY,inv(16)(p13.1q22)", Kind.PERICENTRIC),
        ("45,XX,der(13;14)(q10;q10)", Kind.ROBERTSONIAN),
        ("46,XX,der(4)t(4;11)(p15;q21)", Kind.DERIVATIVE),
        ("47,XY,+8,t(9;22)(q34;q11.2)", Kind.TRISOMY),
    ],
)
def test_a_karyotype_is_of_the_kind_of_its_first_change(iscn: str, kind: Kind) -> None:
    assert parse_karyotype(iscn).kind is kind


@pytest.mark.parametrize(
    "text",
    ["", "46", "normal", "46,XX,+21", "47,XX,+21[5]", "mos 45,X[12]/46,XX[8]", "47,XX,+mar", "48,XXYY", "46,XX,+8,-7"],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be|is not a valid Kind"):
        parse_karyotype(text)


def test_a_change_needs_its_chromosome() -> None:
    with pytest.raises(ValueError, match="-Y: expected a normal chromosome Y"):
        Karyotype(Kind.MONOSOMY, "XX", (Loss("Y"),))
    with pytest.raises(ValueError, match="sex must be X and Y in this order"):
        Karyotype(Kind.NORMAL, "YX")


def turner_mosaic() -> Mosaic:
    return Mosaic(((Karyotype(Kind.NORMAL, "XX"), 8), (Karyotype(Kind.X, "X"), 12)))


def test_mosaics_name_their_clones_with_the_normal_one_last() -> None:
    assert turner_mosaic().iscn == "mos 45,X[12]/46,XX[8]"
    three = Mosaic((*turner_mosaic().clones, (Karyotype(Kind.XXX, "XXX"), 15)))
    assert three.iscn == "mos 47,XXX[15]/45,X[12]/46,XX[8]"
    few = Mosaic(((Karyotype(Kind.X, "X"), 2), (Karyotype(Kind.NORMAL, "XX"), 28)))
    assert few.iscn == "mos 45,X[2]/46,XX[28]"
    assert Mosaic(few.clones[1:]).iscn == "46,XX[28]"


def test_clones_of_a_tumour_are_no_mosaic() -> None:
    clones = ((Karyotype(Kind.NORMAL, "XX"), 5), (Karyotype(Kind.TRANSLOCATION, "XX", (PHILADELPHIA,)), 15))
    assert Mosaic(clones, acquired=True).iscn == "46,XX,t(9;22)(q34;q11.2)[15]/46,XX[5]"


def test_each_cell_of_a_mosaic_is_of_a_clone() -> None:
    mosaic, rng = turner_mosaic(), np.random.default_rng(0)
    drawn = [mosaic.draw(rng).iscn for _ in range(1000)]
    assert set(drawn) == {"45,X", "46,XX"}
    assert drawn.count("45,X") / 1000 == pytest.approx(12 / 20, abs=0.05)
    assert (mosaic.cells, mosaic.abnormal) == (20, True)


def test_a_drawn_mosaic_has_cells_of_both_clones() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        mosaic = draw_mosaic(rng, draw_karyotype(rng, Kind.TRISOMY), 20)
        assert mosaic.cells == 20
        assert sorted(karyotype.abnormal for karyotype, _ in mosaic.clones) == [False, True]
    with pytest.raises(ValueError, match="cells must be 2 or more"):
        draw_mosaic(rng, Karyotype(Kind.X, "X"), 1)
    with pytest.raises(ValueError, match="must each have 1 cell or more"):
        Mosaic(((Karyotype(Kind.X, "X"), 0),))


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_sum_to_one_and_name_their_source(name: str) -> None:
    profile = read_profile(name)
    assert sum(profile.shares.values()) == pytest.approx(1)
    assert sum(entry.share for entry in profile.entries) == pytest.approx(1)
    assert profile.source.startswith("Source: ")


@pytest.mark.parametrize("name", PROFILES)
def test_every_entry_of_a_profile_can_occur(name: str) -> None:
    for entry in read_profile(name).entries:
        for sex in [entry.sex] if entry.sex else ["XX", "XY"]:
            karyotype = Karyotype(entry.kind, sex, entry.operations)
            assert karyotype.abnormal == bool(entry.operations)


def test_unknown_profiles_are_refused() -> None:
    with pytest.raises(ValueError, match="profile must be one of training, constitutional, leukaemia"):
        read_profile("../secret")
