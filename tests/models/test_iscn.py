"""ISCN as laboratories write it: what is valid is read, and of what is not it is said what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.chromosomes import CHROMOSOMES
from models.iscn import read
from models.iscn_count import complaint
from models.judging.suggestion import iscn_of
from models.simulation.karyotypes.draws import draw_by_profile, draw_karyotype, draw_mosaic
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.karyotypes.profiles import PROFILES, read_profile
from tests.models.simulation.karyotypes.test_iscn import KNOWN

VALID = (
    "46,XX",
    "46,XY[20]",
    "45,X",
    "47,XXY",
    "49,XXXXY",
    "69,XXX",
    "70<3n>,XXY,+8",
    "92,XXYY",
    "23,X",
    "45,X,-Y",
    "45,X,-X",
    "48,XXYc,+X",
    "46,XXYc,-X",
    "47,XX,+X",
    "47,XY,+21c",
    "48,XX,+8,+8",
    "47,XX,+mar",
    "49,XX,+3mar",
    "48,XX,+mar1,+mar2",
    "47~49,XX,+1~3mar[cp7]",
    "47,XY,+r",
    "47,XX,+der(22)t(11;22)(q23;q11.2)dmat",
    "46,XY,del(5)(p15.2)dn",
    "46,XX,del(5)(q13q33)[18]/46,XX[2]",
    "46,XX,del(6)(q22)x2",
    "46,XX,dup(1)(q22q25)",
    "46,XY,inv(16)(p13.1q22)",
    "46,XX,inv(9)(p12q13)",
    "46,XX,t(9;22)(q34;q11.2)",
    "46,XX,t(1;3;5)(p32;q21;q13)",
    "46,XX,?t(9;22)(q34;q11.2)",
    "46,XX,der(1)t(1;3)(p32;q21)t(1;11)(q25;q13)",
    "46,XX,ider(22)(q10)t(9;22)(q34;q11.2)",
    "45,XY,der(13;14)(q10;q10)",
    "45,XY,rob(13;14)(q10;q10)",
    "44,XX,der(13;14)(q10;q10)x2",
    "46,XX,+1,der(1;7)(q10;p10)",
    "45,XX,dic(5;17)(q11;p11)",
    "46,X,i(X)(q10)",
    "46,X,idic(X)(q22)",
    "46,X,psu idic(Y)(q11.2)",
    "45,X[5]/46,X,r(Y)[15]",
    "47,XY,+i(12)(p10)[4]/46,XY[16]",
    "46,XX,r(7)(p22q36)",
    "46,XX,add(19)(p13.3)",
    "46,XX,add(19)(p?)",
    "46,XX,ins(2)(p13q21q31)",
    "46,XX,ins(5;2)(p14;q22q32)",
    "46,XX,del(1)(q21~24)",
    "46,XX,del(1)(q2?1)",
    "46,XX,der(?)t(?;9)(?;q13)",
    "47,XX,+?8",
    "46,XX,?+8",
    "46,XY,15pstk+,21ps+",
    "46,XY,Yqh+",
    "46,X,Yqh+",
    "46,XYqh-",
    "46,Y,fra(X)(q27.3)",
    "46,X,t(X;13)(q27;q12)",
    "46,t(X;Y)(q22;q11.2)",
    "45,X,der(X;13)(q10;q10)",
    "46,?",
    "47,U,+21",
    "46,XX,inc",
    "46,XX,1~25dmin[6]/46,XX[14]",
    "mos 45,X[3]/46,XX[7]",
    "mos 47,XXY[10]/46,XY[20]",
    "chi 46,XX[3]/46,XY[7]",
    "46,XX[3]//46,XY[17]",
    "//46,XY[20]",
    "46,XX,t(9;22)(q34;q11.2)[3]/47,sl,+8[17]/48,sdl1,+9[3]/46,XX[1]",
    "46,XX,t(9;22)(q34;q11.2)[3]/47,idem,+8[17]",
    "46,XX,t(9;22)(q34;q11.2)[3]/92,idemx2[4]",
    "46,XX,t(9;22)(q34;q11.2)[3]/47,XX,t(9;22),+8[2]",
    "45~48,XY,+8[cp5]",
    "46,XX[20].ish del(22)(q11.2q11.2)(HIRA-)",
)

INVALID = (
    ("47,XX", "47,XX says 47, but lists 46"),
    ("46,XY,+21", "46,XY,+21 says 46, but lists 47"),
    ("45,XX,-7,+8", "lists 46"),
    ("46,XX,der(13;14)(q10;q10)", "lists 45"),
    ("46,XX,i(X)(q10)", "lists 47"),
    ("48,XX,+8[3]/46,XX[2]", "says 48, but lists 47"),
    ("46,XX,t(9;22)(q34;q11.2)[3]/46,sl,+8[17]", "lists 47"),
    ("47,sl,+8", "does not stand before it"),
    ("", "nothing is written"),
    ("XX,+21", "begins with the number of chromosomes"),
    ("47", "sex chromosomes are missing"),
    ("47,+21", "sex chromosomes are missing"),
    ("46,YX", "X before Y"),
    ("46,xx", "in capitals"),
    ("47, XX, +21", "no spaces"),
    ("47,XX, +21", "no spaces"),
    ("47,XX,+23", "there is no chromosome 23"),
    ("47,XX,21", "needs a + or a -"),
    ("47,XX,+21,", "beside a comma"),
    ("46,XX,tri(21)", '"tri" is no symbol'),
    ("46,XX,del(5)", "bands where it is broken are missing"),
    ("46,XX,del(5)(p15", "a bracket is missing"),
    ("46,XX,del(5p)(p15)", "names no chromosome"),
    ("46,XX,del(5)(r15)", '"r15" is no band'),
    ("46,XX,inv(16)(p13.1)", "inv is broken in 2 band(s)"),
    ("46,XX,t(9;22)(q34)", "names 2 chromosome(s), but bands of 1"),
    ("46,XX,t(9)(q34)", "needs two chromosomes"),
    ("46,XX,del(5)(q13)inv(5)(p13q11)", "written as der"),
    ("46,XX,mar", "+mar"),
    ("mos 45,X[3]", "mos needs two clones"),
    ("45,X/46,XX", "number of cells"),
    ("46,XX[12", "in brackets"),
    ("45-48,XX", "45~48"),
    ("mos 45,X [3]/46,XX[7]", "no spaces"),
    ("46,XX,hello", '"hello" is no change'),
    ("Down syndrome", "begins with the number"),
)


@pytest.mark.parametrize("text", [*VALID, *(known[0] for known in KNOWN)])
def test_what_laboratories_write_is_valid(text: str) -> None:
    assert complaint(text) == ""


@pytest.mark.parametrize(("text", "said"), INVALID)
def test_of_what_is_not_valid_it_is_said_what_is_wrong(text: str, said: str) -> None:
    assert said in complaint(text)


@pytest.mark.parametrize("kind", Kind)
def test_every_karyotype_that_the_simulator_draws_is_valid(kind: Kind) -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        karyotype = draw_karyotype(rng, kind)
        assert (karyotype.iscn, complaint(karyotype.iscn)) == (karyotype.iscn, "")
        mosaic = draw_mosaic(rng, karyotype, 10).iscn
        assert (mosaic, complaint(mosaic)) == (mosaic, "")
        assert [clone.abnormal for clone in read(karyotype.iscn).clones] == [karyotype.abnormal]


@pytest.mark.parametrize("name", PROFILES)
def test_every_karyotype_of_a_profile_is_valid(name: str) -> None:
    rng = np.random.default_rng(6)
    for _ in range(60):
        text = draw_by_profile(rng, read_profile(name), 1.0).iscn
        assert (text, complaint(text)) == (text, "")


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 3), min_size=24, max_size=24))
def test_any_number_of_chromosomes_is_written_so_that_it_agrees_with_itself(copies: list[int]) -> None:
    text = iscn_of(dict(zip(CHROMOSOMES, copies, strict=True)))
    assert text is None or complaint(text) == ""


@settings(deadline=None, max_examples=300)
@given(st.text("0123456789XYpqtdelinv()[];,/+-?~. mosch", max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(complaint(text), str)


@pytest.mark.parametrize(
    ("text", "abnormal", "only_lost"),
    [
        ("46,XX", False, False),
        ("46,XY,15pstk+", False, False),
        ("46,XX,inv(9)(p12q13)", False, False),
        ("45,X", True, True),
        ("45,XX,-7", True, True),
        ("45,X,-Y", True, True),
        ("44,X,-X,-7", True, True),
        ("46,XX,-7,+8", True, False),
        ("47,XXY", True, False),
        ("46,XX,del(5)(p15)", True, False),
        ("69,XXX", True, False),
    ],
)
def test_what_is_abnormal_and_what_is_only_lost(text: str, abnormal: bool, only_lost: bool) -> None:
    (clone,) = read(text).clones
    assert (clone.abnormal, clone.only_lost) == (abnormal, only_lost)


def test_a_mosaic_is_read_clone_by_clone() -> None:
    formula = read("mos 45,X[3]/46,XX[7]")
    assert formula.prefix == "mos"
    assert [(clone.text, clone.cells) for clone in formula.clones] == [("45,X", 3), ("46,XX", 7)]
