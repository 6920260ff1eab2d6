"""Corrected karyograms in COCO format: what a detector's tools expect, and what a person has said."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import Engine

from engine.__main__ import main
from engine.exports import coco
from engine.exports.redaction import Shown
from engine.records import audit, store
from engine.records.database import connect, open_session
from engine.reviewing import corrections
from engine.reviewing.corrections import REMOVED, Correction
from engine.vocabulary import Karyogram
from models.chromosomes import CHROMOSOMES
from models.judging.record import Box
from models.pictures import Limits
from tests.records import NOW, add_batch, karyograms, pixels, png, reading, verdict

READING = reading()
NAMES = [seen.name for seen in READING.objects]
EXTRA = NAMES.index("21") + 2
LIMITS = Limits()


def corrected(engine: Engine, *said: tuple[int, str, Box]) -> list[Karyogram]:
    """Three karyograms of a batch that were read, of which the second has corrections."""
    add_batch(engine, png(1), png(2), png(3))
    found = karyograms(engine)
    with open_session(engine) as session:
        for karyogram in found:
            store.save_verdict(session, verdict(karyogram, reading=READING))
        for number, name, box in said:
            corrections.add(session, Correction(found[1].id, "pixels", number, name, box, NOW))
        session.commit()
    return found


def written(engine: Engine, folder: Path, batch_id: str | None = None) -> dict[str, Any]:
    with open_session(engine) as session:
        count = coco.write_folder(session, folder, LIMITS, batch_id)
    said: dict[str, Any] = json.loads((folder / coco.ANNOTATIONS).read_text(encoding="utf-8"))
    assert count == len(said["images"])
    return said


def check(said: dict[str, Any], folder: Path) -> None:
    """Everything that the tools of COCO take for granted."""
    assert said.keys() >= {"info", "licenses", "images", "annotations", "categories"}
    assert [one["id"] for one in said["categories"]] == list(range(1, 26))
    assert [one["name"] for one in said["categories"]] == [*CHROMOSOMES, "other"]
    images = {one["id"]: one for one in said["images"]}
    assert len(images) == len(said["images"])
    for image in images.values():
        with Image.open(folder / image["file_name"]) as picture:
            assert picture.size == (image["width"], image["height"])
    assert len({one["id"] for one in said["annotations"]}) == len(said["annotations"])
    for one in said["annotations"]:
        x, y, width, height = one["bbox"]
        image = images[one["image_id"]]
        assert 0 <= x < x + width <= image["width"]
        assert 0 <= y < y + height <= image["height"]
        assert one["area"] == pytest.approx(width * height)
        assert one["iscrowd"] == 0
        assert one["category_id"] in range(1, 26)
        assert isinstance(one["corrected"], bool)


def test_what_was_corrected_is_written_as_it_stands(sql_engine: Engine, tmp_path: Path) -> None:
    box = (10.0, 20.0, 30.5, 60.0)
    _, karyogram, _ = corrected(
        sql_engine, (EXTRA, "22", box), (0, REMOVED, box), (len(NAMES), "Y", (100.0, 90.0, 130.0, 100.0))
    )
    said = written(sql_engine, tmp_path)
    check(said, tmp_path)
    (image,) = said["images"]  # the others were not corrected
    assert image["file_name"] == f"images/{karyogram.id}.png"
    assert (image["width"], image["height"], image["case"]) == (120, 100, "P001")
    picture = np.asarray(Image.open(tmp_path / image["file_name"]))
    np.testing.assert_array_equal(picture[20:60, 10:30], pixels(2)[20:60, 10:30])
    assert np.unique(picture[78:88, 98:101]).size == 1  # where the dirt lies nothing is left
    by_hand = [(one["category_id"], one["bbox"]) for one in said["annotations"] if one["corrected"]]
    assert by_hand == [(22, [10.0, 20.0, 20.5, 40.0]), (24, [100.0, 90.0, 20.0, 10.0])]  # cut at the edge
    # one was removed and one added, and junk is no training material
    assert len(said["annotations"]) == len(NAMES) - 1
    assert [one["category_id"] for one in said["annotations"]].count(25) == 1


def test_without_corrections_there_is_nothing_to_learn(sql_engine: Engine, tmp_path: Path) -> None:
    corrected(sql_engine)
    said = written(sql_engine, tmp_path)
    check(said, tmp_path)
    assert said["images"] == said["annotations"] == []


def test_of_another_batch_nothing_is_written(sql_engine: Engine, tmp_path: Path) -> None:
    corrected(sql_engine, (0, "2", (1.0, 1.0, 9.0, 9.0)))
    other = add_batch(sql_engine, png(4))
    assert written(sql_engine, tmp_path, other.id)["images"] == []


def test_the_archive_holds_the_same(sql_engine: Engine, tmp_path: Path) -> None:
    _, karyogram, _ = corrected(sql_engine, (0, "2", (1.0, 1.0, 9.0, 9.0)))
    said = written(sql_engine, tmp_path)
    with open_session(sql_engine) as session:
        data = coco.archive(session, LIMITS, karyogram.batch_id)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert json.loads(file.read(coco.ANNOTATIONS)) == said
        assert file.read(said["images"][0]["file_name"]) == (tmp_path / said["images"][0]["file_name"]).read_bytes()


def test_whole_pictures_and_no_names_have_to_be_asked_for(sql_engine: Engine, tmp_path: Path) -> None:
    _, karyogram, _ = corrected(sql_engine, (0, "2", (1.0, 1.0, 9.0, 9.0)))
    with open_session(sql_engine) as session:
        coco.write_folder(session, tmp_path, LIMITS, shown=Shown(names=False, whole_pictures=True))
        text = (tmp_path / coco.ANNOTATIONS).read_text(encoding="utf-8")
        (entry,) = [one for one in audit.entries(session) if one.action == "export"]
    assert (entry.person, entry.subject) == (audit.SHELL, "all batches")
    assert json.loads(entry.details) == {"as": "coco", "names": False, "whole_pictures": True}
    (image,) = json.loads(text)["images"]
    assert image["case"] == f"case-{karyogram.case_id[:12]}"
    assert karyogram.case_name not in text
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / image["file_name"])), pixels(2))


def test_a_reading_that_is_gone_leaves_the_karyogram_out(sql_engine: Engine, tmp_path: Path) -> None:
    """A correction without a reading to correct cannot come from the dashboard; it must not stop the others."""
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, replace(verdict(karyogram), reading=None))
        corrections.add(session, Correction(karyogram.id, "pixels", 0, "1", (0.0, 0.0, 9.0, 9.0), NOW))
        session.commit()
    said = written(sql_engine, tmp_path)
    assert (said["images"], said["annotations"]) == ([], [])


def test_the_command_writes_all_batches_or_one(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    shell = connect(sqlite_url)
    corrected(shell, (0, "2", (1.0, 1.0, 9.0, 9.0)))
    shell.dispose()
    folder = tmp_path / "deep" / "folder"
    assert main(["export", "--coco", str(folder)]) == 0
    assert capsys.readouterr().out == f"1 karyogram with corrections written to {folder}\n"
    check(json.loads((folder / coco.ANNOTATIONS).read_text(encoding="utf-8")), folder)
    assert main(["export", "Monday", "--coco", str(folder)]) == 0
    assert main(["export", "Sunday", "--coco", str(folder)]) == 2
    assert main(["export", "--csv", str(tmp_path / "all.csv")]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "there is no batch with the id 'Sunday'",
        "a report needs a batch: its id or name, or the beginning of either",
    ]
