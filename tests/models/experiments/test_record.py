from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.experiments.record import ByPasses, Record, Trial, from_json, read, read_all, to_json, write
from models.experiments.validation import RecordError
from tests.models.experiments.records import made_up


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    record = made_up()
    file = write(record, tmp_path)
    assert file == tmp_path / "table-5-1" / "processed-vgg16.json"
    assert read(file) == record
    assert read_all(tmp_path) == [record]
    assert read_all(tmp_path / "nowhere") == []


def test_trials_and_passes_come_back_too() -> None:
    trials = (
        Trial(0, "complete", 1e-3, 16, 0.4, 0.9, None),
        Trial(1, "failed", 1e-2, 512, None, None, "ResourceExhaustedError: out of memory"),
    )
    search = replace(made_up(), experiment="search", trials=trials)
    assert from_json(to_json(search)) == search
    columns = made_up().predictions
    by_passes = ByPasses(10, columns.mean, columns.agreement, columns.entropy, columns.mutual_information)
    confidence = replace(made_up(), experiment="confidence", printed=None, by_passes=(by_passes,))
    assert from_json(to_json(confidence)) == confidence


def changed(**values: Any) -> str:
    return json.dumps({**json.loads(to_json(made_up())), **values})


def without(name: str) -> str:
    return json.dumps({key: value for key, value in json.loads(to_json(made_up())).items() if key != name})


def configured(**values: Any) -> str:
    return changed(configuration={**json.loads(to_json(made_up()))["configuration"], **values})


def predicted(**values: Any) -> str:
    return changed(predictions={**json.loads(to_json(made_up()))["predictions"], **values})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "expected JSON"),
        ("[]", "record must be an object"),
        (without("seed"), "none of seed"),
        (changed(colour="red"), "got 'colour as well'"),
        (changed(format=2), "format must be 1, got 2"),
        (changed(name="Processed VGG"), "name must be lower-case letters"),
        (changed(split="by picture"), "split must be one of 'as published', 'by case', got 'by picture'"),
        (changed(seed=True), "seed must be a whole number, got True"),
        (changed(created="2026-11-26T08:00:00+01:00"), "created must be a time in UTC"),
        (changed(seconds=-1), "seconds must be 0 or more, got -1"),
        (changed(curves={}), "curves must be a list"),
        (changed(by_passes=[{"passes": 10}]), "by_passes[0] must be the fields passes"),
        (configured(start="thin air"), "configuration.start must be one of"),
        (configured(passes=0), "configuration.passes must be 1 or more, got 0"),
        (configured(size=150.0), "configuration.size must be a whole number, got 150.0"),
        (predicted(mean=[0.5]), "predictions must be 6 values in each column"),
        (predicted(mean=[0.5, 0.5, 0.5, 0.5, 0.5, 1.5]), "predictions.mean must be values from 0 to 1, got [1.5]"),
        (predicted(mean=[0.5] * 5 + ["x"]), "predictions.mean[5] must be a number, got 'x'"),
        (predicted(mean=[0.5] * 5 + [float("nan")]), "expected finite numbers, got NaN"),
        (predicted(entropy=[0.5] * 5 + [0.8]), "nats from 0 to ln 2"),
        (predicted(abnormal=[0, 0, 0, 0, 1, 1]), "predictions.abnormal must be 3 of 1, got 2"),
        (predicted(file=["n1", "n1", "n3", "a1", "a1-2", "a2"]), "each picture once"),
        (changed(trials=[]).replace('"trials": []', '"trials": {}'), "trials must be a list"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(RecordError) as caught:
        from_json(text)
    assert message in str(caught.value)


def test_the_file_is_named(tmp_path: Path) -> None:
    file = write(made_up(), tmp_path)
    moved = file.rename(file.with_name("another.json"))
    with pytest.raises(RecordError, match=r"another\.json: name must be that of the file, 'another'"):
        read(moved)
    moved.write_bytes(b"\xff")
    with pytest.raises(RecordError, match=r"another\.json"):
        read_all(tmp_path)


def test_trials_belong_to_a_search() -> None:
    with pytest.raises(RecordError, match="trials must be none outside of search, got 1"):
        replace(made_up(), trials=(Trial(0, "failed", 1.0, 16, None, None, "lost"),))


def test_columns_stand_on_lines_of_their_own() -> None:
    """So that a change of one figure is a change of one line."""
    lines = to_json(made_up()).splitlines()
    assert '  "abnormal": [0, 0, 0, 1, 1, 1],' in lines
    assert len([line for line in lines if line.startswith('  {"epoch"')]) == 2
    assert isinstance(from_json("\n".join(lines)), Record)
