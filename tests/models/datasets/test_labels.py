"""Labelled karyograms in a folder: what is read, and what is refused by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.datasets.labels import LabelledPicture, LabelsError, load, read_labels, validation_cases
from models.judging.uncertainty import Label
from models.simulation.karyotypes.karyotype import Kind
from tests.models.test_card import CARD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures of four cases: two abnormal, of which the judge misses one."""
    rows = [
        ("P001_c1", "normal", 250),
        ("P001_c2", "normal", 245),
        ("P002_c1", "normal", 250),
        ("P003_c1", "abnormal", 240),
        ("P005_c1", "abnormal", 20),
        ("P005_c2", "Normal ", 60),
    ]
    lines = ["file,case_id,label"]
    for name, label, grey in rows:
        border = np.full((120, 140), 255, np.uint8)  # a dark page would be turned round without a light border
        border[10:-10, 10:-10] = grey
        Image.fromarray(border).save(tmp_path / f"{name}.png")
        lines.append(f"{name}.png,{name[:4]},{label}")
    (tmp_path / "labels.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    return tmp_path


def test_labels_are_read(folder: Path) -> None:
    labelled = read_labels(folder)
    assert labelled[3] == LabelledPicture("P003_c1.png", "P003", Label.ABNORMAL)
    assert [item.label.value for item in labelled].count("normal") == 4


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "missing: file, case_id, label"),
        ("file,case_id\nP001_c1.png,P001\n", "missing: label"),
        ("file,case_id,label\n", "must have at least one row"),
        ("file,case_id,label\nP001_c1.png,P001,odd\n", "line 2: label must be normal or abnormal, got 'odd'"),
        ("file,case_id,label\nP001_c1.png,,normal\n", "line 2: file and case_id must not be empty"),
        ("file,case_id,label\nP001_c1.png\n", "line 2: file and case_id must not be empty"),
        ("file,case_id,label\n" + "P001_c1.png,P001,normal\n" * 2, "found twice: P001_c1.png"),
        ("file,case_id,label\nabsent.png,P001,normal\n", "pictures that are not there: absent.png"),
    ],
)
def test_wrong_labels_are_named(folder: Path, text: str, fault: str) -> None:
    (folder / "labels.csv").write_text(text)
    with pytest.raises(LabelsError, match=fault):
        read_labels(folder)


def test_a_folder_without_labels_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(LabelsError, match=r"must be a folder with labels\.csv, found none"):
            read_labels(folder)


def test_validation_cases_follow_the_rule_on_the_card(folder: Path) -> None:
    kept = validation_cases(read_labels(folder), CARD)
    assert [item.file for item in kept] == ["P002_c1.png", "P005_c1.png", "P005_c2.png"]


@pytest.mark.parametrize(
    ("training", "fault"),
    [
        ({}, "must have a training.validation_rule, got None"),
        ({"validation_rule": {"modulo": 3}}, "cannot be told: .*modulo"),
        ({"validation_rule": {"modulus": 1000, "remainder": 999}}, "no case of 6 pictures is a validation case"),
    ],
)
def test_a_card_without_a_usable_rule_is_refused(folder: Path, training: dict[str, object], fault: str) -> None:
    with pytest.raises(LabelsError, match=fault):
        validation_cases(read_labels(folder), replace(CARD, training=training))


def test_karyotypes_are_read_where_they_can_be(folder: Path) -> None:
    (folder / "labels.csv").write_text(
        "file,case_id,label,karyotype\n"
        'P001_c1.png,P001,normal,"46,XX"\nP001_c2.png,P001,normal,\n'
        'P003_c1.png,P003,abnormal,"47,XY,+21"\nP005_c1.png,P005,abnormal,"mos 45,X[12]/46,XX[8]"\n'
    )
    read = [item.karyotype for item in read_labels(folder)]
    assert [karyotype.iscn if karyotype else None for karyotype in read] == ["46,XX", None, "47,XY,+21", None]
    assert read[2] is not None
    assert read[2].kind is Kind.TRISOMY


def test_pictures_are_decoded_one_by_one(folder: Path) -> None:
    labelled = read_labels(folder)
    loaded = list(load(folder, labelled))
    assert [item for item, _ in loaded] == labelled
    assert [int(page[60, 60]) for _, page in loaded] == [250, 245, 250, 240, 20, 60]


def test_a_picture_that_is_none_is_named(folder: Path) -> None:
    (folder / "P002_c1.png").write_bytes(b"no picture")
    with pytest.raises(LabelsError, match=r"P002_c1\.png: expected a PNG"):
        list(load(folder, read_labels(folder)))


def test_a_file_of_two_pages_has_no_one_label(folder: Path) -> None:
    page = Image.fromarray(np.full((120, 120), 255, np.uint8))
    page.save(folder / "P002_c1.png", "TIFF", save_all=True, append_images=[page])
    with pytest.raises(LabelsError, match="must have one page, because it has one label, found 2"):
        list(load(folder, read_labels(folder)))
