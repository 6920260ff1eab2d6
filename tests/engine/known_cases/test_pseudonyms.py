"""Names that look like others."""

from __future__ import annotations

import re
from random import Random

import pytest

from engine.known_cases.pseudonyms import alike, file_alike


def drawn(names: list[str], times: int = 40, *taken: str) -> set[str]:
    return {alike(names, lambda name: name in taken, Random(seed)) for seed in range(times)}


@pytest.mark.parametrize(
    ("names", "form"),
    [
        (["P001", "P002", "P004"], r"P00[35-9]"),
        (["26-1043-K", "26-1188-K", "26-1410-K"], r"26-1[0-9]{3}-K"),  # the year is the same for all
        (["case 8", "case 9", "case 10"], r"case 1[1-5]"),  # numbers without zeros before them
        (["Lund_7", "P1", "P2", "P3"], r"P[4-8]"),  # as most of them are called
        (["Qvist", "Abel"], r"[A-Z][a-z]{3,4}"),
        (["K7"], r"K(8|9|1[0-3])"),
        (["王", "李"], r"[王李][2-9]"),  # no sign of these could be another one
    ],
)
def test_a_name_looks_like_the_others_and_is_none_of_them(names: list[str], form: str) -> None:
    found = drawn(names)
    assert [name for name in found if not re.fullmatch(form, name)] == []
    assert found.isdisjoint(names)
    assert len(found) > 1  # nobody can tell it by the rule


def test_a_name_that_is_taken_elsewhere_is_not_given() -> None:
    free = drawn(["P1", "P2"])
    taken = free - {"P4"}
    assert taken.isdisjoint(drawn(["P1", "P2"], 40, *taken))


def test_without_a_free_name_it_says_so() -> None:
    with pytest.raises(LookupError, match="like 'P1'"):
        alike(["P1", "P2"], lambda name: True, Random(1))


def test_a_file_is_called_as_its_case_is() -> None:
    lots = Random(1)
    assert file_alike("P001/P001_c2.png", "P001", "P017", [], lots) == "P017/P017_c2.png"
    assert re.fullmatch(r"[a-z]{4}\.png", file_alike("scan.png", "K7", "K9", [], lots))
    assert re.fullmatch(r"IMG_00[0-9]{2}\.png", file_alike("IMG_0041.png", "K7", "K9", ["IMG_0044.png"], lots))
