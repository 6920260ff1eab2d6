"""Case and cell of a file: by name, by manifest, else by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.files.cases import (
    CellName,
    Claims,
    Manifest,
    ManifestError,
    OwnCases,
    cell_of_page,
    from_file_name,
    is_manifest,
)
from engine.settings import Settings

PATTERN = Settings().case_pattern


@pytest.mark.parametrize(
    ("name", "case", "cell"),
    [
        ("P001_c1.png", "P001", "1"),
        ("P001_c12.TIFF", "P001", "12"),
        ("inner/folder/P001_c1.png", "P001", "1"),
        ("21-0345.7.jpg", "21-0345", "7"),
        ("21-0345.7", "21-0345", "7"),
        ("a_c1_c2.png", "a_c1", "2"),
        ("Fall Müller_c3.bmp", "Fall Müller", "3"),
    ],
)
def test_case_and_cell_stand_in_the_name(name: str, case: str, cell: str) -> None:
    assert from_file_name(name, PATTERN) == CellName(case, cell)


@pytest.mark.parametrize("name", ["scan.png", "P001_c.png", "_c1.png", "P001-c1x.png", "folder_c1/scan.png"])
def test_names_without_case_and_cell(name: str) -> None:
    assert from_file_name(name, PATTERN) is None


def test_name_comes_before_manifest_and_manifest_before_nothing() -> None:
    name, manifest = CellName("P001", "1"), CellName("K7", "2")
    assert Claims(name, manifest).cell == name
    assert Claims(None, manifest).cell == manifest
    assert Claims(None, None).cell is None
    assert Claims(name, manifest).contradict
    for agreeing in (Claims(name, name), Claims(None, manifest), Claims(name, None), Claims(None, None)):
        assert not agreeing.contradict


def test_the_first_case_that_nobody_has_is_chosen() -> None:
    own, taken = OwnCases(), {"scan", "scan (2)"}
    assert own.free("left/scan.png", taken.__contains__) == CellName("left/scan", "1")
    assert own.free("scan.png", taken.__contains__) == CellName("scan (3)", "1")
    assert own.free("scan.jpg", taken.__contains__) == CellName("scan (3)", "1")  # it was not taken after all
    taken |= {"scan (3)", "scan (4)"}
    assert own.free("scan.png", taken.__contains__) == CellName("scan (5)", "1")


def test_many_files_of_one_name_ask_twice_each() -> None:
    taken: set[str] = set()
    asked: list[str] = []

    def is_taken(case: str) -> bool:
        asked.append(case)
        return case in taken

    own = OwnCases()
    for _ in range(500):
        taken.add(own.free("image.png", is_taken).case)
    assert len(taken) == 500
    assert len(asked) < 2 * 500


def test_pages_of_one_file_are_different_cells() -> None:
    assert cell_of_page("4", 0, 1) == "4"
    assert [cell_of_page("4", page, 3) for page in range(3)] == ["4-1", "4-2", "4-3"]


@pytest.mark.parametrize("name", ["manifest.csv", "inner/Manifest.CSV"])
def test_manifest_is_known_by_its_name(name: str) -> None:
    assert is_manifest(name)


@pytest.mark.parametrize("name", ["manifest.csv.png", "my-manifest.csv", "manifest.csv/scan.png"])
def test_other_names_are_no_manifest(name: str) -> None:
    assert not is_manifest(name)


@pytest.mark.parametrize(
    "data",
    [
        b"file,case_id,cell\nscan.png,K7,2\n",
        b"\xef\xbb\xbfFile; Case_ID ;cell\r\nscan.png;K7;2\r\n",
        b"cell\tfile\tcase_id\n2\tscan.png\tK7\n\n",
        b'"file","case_id","cell","remark"\n"scan.png","K7","2","a, b"\n',
        b"file,case_id,cell\r\n , ,\r\nscan.png , K7,2",
    ],
    ids=["plain", "excel", "tabs", "quoted", "blank-rows"],
)
def test_manifest_as_spreadsheets_write_it(data: bytes) -> None:
    assert Manifest.read(data).find("scan.png") == CellName("K7", "2")


def test_cell_is_optional() -> None:
    assert Manifest.read(b"file,case_id\nscan.png,K7\n").find("scan.png") == CellName("K7", "1")
    assert Manifest.read(b"file,case_id,cell\nscan.png,K7,\n").find("scan.png") == CellName("K7", "1")


def test_windows_letters() -> None:
    manifest = Manifest.read("file,case_id\nMüller.png,Käse\n".encode("cp1252"))
    assert manifest.find("Müller.png") == CellName("Käse", "1")


def test_files_are_found_by_path_then_by_bare_name_in_any_case_of_letters() -> None:
    manifest = Manifest.read(b"file,case_id\nleft\\scan.png,K1\nscan.png,K2\n", folder="inner")
    assert manifest.find("inner/LEFT/Scan.png") == CellName("K1", "1")
    assert manifest.find("inner/scan.png") == CellName("K2", "1")
    assert manifest.find("elsewhere/scan.png") is None
    assert Manifest.read(b"file,case_id\nscan.png,K2\n").find("deep/down/scan.png") == CellName("K2", "1")


def test_later_manifest_has_the_last_word() -> None:
    first = Manifest.read(b"file,case_id\na.png,A\nb.png,B\n")
    second = Manifest.read(b"file,case_id\nb.png,C\n")
    assert [(first | second).find(name) for name in ("a.png", "b.png")] == [CellName("A", "1"), CellName("C", "1")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"line 1: expected the columns file and case_id, file and case_id not in \[\]"),
        (b"name,case_id\n", r"line 1: .* file not in \['name', 'case_id'\]"),
        (b"file,case_id\nscan.png,K1\nscan2.png\n", r"line 3: expected a value for case_id, found \['scan2.png'\]"),
        (b"file,case_id\n,K1\n", r"line 2: expected a value for file"),
        (b"file,case_id\na.png,K1\nA.PNG,K2\n", r"line 3: expected one cell for 'A.PNG', found case 'K1'"),
        (b'file,case_id\n"a.png,K1\n', r"line \d: expected CSV"),
        (b"\x89PNG\r\n\x1a\n" + bytes(300), r"line 1: expected"),
    ],
    ids=["empty", "no-file", "short", "blank", "twice", "quote", "binary"],
)
def test_unusable_manifest_says_where_and_why(data: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        Manifest.read(data)


def test_same_row_twice_is_no_contradiction() -> None:
    assert len(Manifest.read(b"file,case_id\na.png,K1\na.png,K1\n").cells) == 1


@given(st.binary(max_size=400))
def test_any_bytes_are_a_manifest_or_a_clear_error(data: bytes) -> None:
    try:
        Manifest.read(data)
    except ManifestError as error:
        assert str(error).startswith("line ")
