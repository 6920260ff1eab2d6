"""File names from outside: cleaned, never trusted."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.names import MAX_LENGTH, clean, escapes, is_clutter, without_suffix


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("P001_c1.png", "P001_c1.png"),
        ("inner/folder/P001_c1.png", "inner/folder/P001_c1.png"),
        ("inner\\folder\\.\\P001_c1.png", "inner/folder/P001_c1.png"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\windows\\scan.png", "scan.png"),
        ("C:\\Users\\anna\\scan.png", "scan.png"),
        ("scan\x00\x1b[31m\u202egnp.png", "scan[31mgnp.png"),
        ("Mu\u0308ller.png", "M\u00fcller.png"),
        ("broken\udcff.png", "broken.png"),
        ("  ", "unnamed"),
        ("../..", "unnamed"),
    ],
)
def test_clean(name: str, expected: str) -> None:
    assert clean(name) == expected


def test_long_name_keeps_its_end() -> None:
    name = clean("x" * 400 + "_c12.png")
    assert len(name) == MAX_LENGTH
    assert name.startswith("…x")
    assert name.endswith("x_c12.png")


@given(st.text())
def test_cleaned_name_is_harmless_and_stays_as_it_is(name: str) -> None:
    cleaned = clean(name)
    assert 1 <= len(cleaned) <= MAX_LENGTH
    assert cleaned.encode("utf-8")
    assert not any(unicodedata.category(sign) == "Cc" for sign in cleaned)


@pytest.mark.parametrize("name", ["/a.png", "\\a.png", "\\\\server\\a.png", "c:a.png", "../a.png", "a/../../b.png"])
def test_names_that_lead_elsewhere(name: str) -> None:
    assert escapes(name)


@pytest.mark.parametrize("name", ["a.png", "a/b.png", "a..b.png", "a/..b/c.png", "P1:2.png"])
def test_names_that_stay(name: str) -> None:
    assert not escapes(name)


@pytest.mark.parametrize("name", ["__MACOSX/a/._scan.png", "a/.DS_Store", "Thumbs.db", "a\\desktop.ini", "._scan.png"])
def test_clutter(name: str) -> None:
    assert is_clutter(name)


@pytest.mark.parametrize("name", ["scan.png", "DS_Store.png", "a/thumbs.db.png"])
def test_no_clutter(name: str) -> None:
    assert not is_clutter(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("scan.png", "scan"), ("a/scan.TIFF", "a/scan"), ("21-0345.7", "21-0345.7"), ("a.b.jpeg", "a.b")],
)
def test_only_the_suffix_of_a_picture_is_taken_off(name: str, expected: str) -> None:
    assert without_suffix(name) == expected
