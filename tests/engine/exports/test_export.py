"""A batch as CSV: every figure of every verdict, exactly, and nothing that a spreadsheet would execute."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from engine.__main__ import main
from engine.commands.export import UnclearBatchError, find_batch
from engine.exports.export import COLUMNS, harmless, rows, write_csv
from engine.people import Person, Role
from engine.records import store
from engine.records.database import connect, open_session
from engine.records.store import NotFoundError
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.vocabulary import Batch, Verdict
from models.judging.suggestion import Suggestion
from models.judging.triage import Policy, TriageOutcome
from models.judging.uncertainty import Measures
from tests.records import NOW, add_batch, karyograms, png, verdict


def exported(engine: Engine, batch: Batch) -> list[dict[str, str]]:
    text = io.StringIO(newline="")
    with open_session(engine) as session:
        write_csv(session, batch.id, text)
    text.seek(0)
    return list(csv.DictReader(text))


def judge(engine: Engine, *verdicts: Verdict) -> None:
    with open_session(engine) as session:
        for one in verdicts:
            store.save_verdict(session, one)
        session.commit()


def test_every_field_of_a_verdict_is_there_and_exact(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    said = verdict(karyogram)
    judge(sql_engine, said)
    (row,) = exported(sql_engine, batch)
    assert {name: type(value)(row[name]) for name, value in vars(said.measures).items()} == vars(said.measures)
    assert {name: float(row[name]) for name in vars(said.policy)} == vars(said.policy)
    assert tuple(map(float, row["pass_probabilities"].split())) == said.pass_probabilities
    assert (int(row["seed"]), float(row["seconds"])) == (said.seed, said.seconds)
    for name in ("model", "model_sha256", "image_sha256", "precision", "outcome", "engine"):
        assert row[name] == getattr(said, name)
    assert row["reasons"] == "low_agreement; finding_contradicts"
    assert row["findings"] == "21: +21 (0.875); 9: structural change on 9 (0.5)"
    assert row["findings_in_words"] == (
        "chromosome 21: three copies (3 of 3 passes); chromosome 9: a changed structure (2 of 3 passes)"
    )
    assert row["refusals"] == "the pieces do not stand in rows (12% do)"
    assert (row["suggestion"], row["no_suggestion"]) == ("", "the passes do not agree on the number of chromosome 4")
    assert row["judged_at"] == said.created_at.isoformat()


def test_a_suggested_karyotype_is_told(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, png(1), png(2))
    first, second = karyograms(sql_engine)
    suggested = replace(verdict(first, calibrated=0.9), suggestion=Suggestion("47,XY,+21"))
    judge(sql_engine, suggested, replace(verdict(second, calibrated=0.1), suggestion=None))
    told = [(row["suggestion"], row["no_suggestion"]) for row in exported(sql_engine, batch)]
    assert told == [("47,XY,+21", ""), ("", "")]  # the second as an earlier version kept it


def test_karyogram_is_described(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    (row,) = exported(sql_engine, batch)
    assert (row["batch_id"], row["batch"], row["karyogram_id"]) == (batch.id, "Monday", karyogram.id)
    assert (row["case"], row["cell"], row["file"], row["page"]) == ("P001", "0", "P001_c0.png", "1")
    assert (row["width"], row["height"], row["received_at"]) == ("120", "100", NOW.isoformat())


def test_no_field_is_forgotten() -> None:
    renamed = {"karyogram_id", "created_at", "measures", "policy"}  # told as karyogram_id, judged_at and single columns
    no_figure = {"reading"}  # a list of boxes and profiles, which no cell of a table can hold
    wanted = {field.name for kind in (Verdict, Measures, Policy) for field in fields(kind)} - renamed - no_figure
    assert wanted | {"karyogram_id", "judged_at"} <= set(COLUMNS)
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_waiting_and_failed_karyograms_are_told(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, png(1), png(2), png(3))
    first, second, third = karyograms(sql_engine)
    judge(sql_engine, verdict(second))
    with open_session(sql_engine) as session:
        store.fail(session, third.id, "its picture cannot be decoded")
        session.commit()
    failed, judged, waiting = exported(sql_engine, batch)
    assert (failed["karyogram_id"], failed["outcome"]) == (third.id, "failed")
    assert failed["failure"] == "its picture cannot be decoded"
    assert (judged["karyogram_id"], judged["outcome"]) == (second.id, "flagged_uncertain")
    assert (waiting["karyogram_id"], waiting["outcome"]) == (first.id, "waiting")
    assert (waiting["mean_probability"], waiting["model"]) == ("", "pixels")
    assert waiting["image_sha256"] == first.image_sha256


def test_riskiest_karyogram_stands_first(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, png(1), png(2), png(3))
    first, second, third = karyograms(sql_engine)
    judge(
        sql_engine,
        verdict(first, TriageOutcome.SCREENED_NORMAL, calibrated=0.1),
        verdict(second, TriageOutcome.FLAGGED_ABNORMAL, calibrated=0.7),
        verdict(third, TriageOutcome.FLAGGED_ABNORMAL, calibrated=0.9),
    )
    assert [row["karyogram_id"] for row in exported(sql_engine, batch)] == [third.id, second.id, first.id]


def test_batch_without_karyograms_gives_the_header(sql_engine: Engine) -> None:
    text = io.StringIO(newline="")
    with open_session(sql_engine) as session:
        assert write_csv(session, add_batch(sql_engine).id, text) == 0
    assert text.getvalue() == ",".join(COLUMNS) + "\r\n"


def test_unknown_batch_is_told_at_once(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session, pytest.raises(NotFoundError):
        rows(session, "0" * 32)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_looks_like_a_formula_is_made_harmless(start: str) -> None:
    assert harmless(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize("value", ["P001_c1.png", "", "a=b", -0.5, 3, 1e-300])
def test_other_values_stay_as_they_are(value: str | float) -> None:
    assert harmless(value) == value


def test_hostile_names_reach_the_file_harmless(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "=1+1", "pixels", 5, NOW)
        case = store.find_or_add_case(session, batch.id, "@SUM(A1)")
        sha256 = store.add_picture(session, png(1), "image/png")
        name = '-cmd|"/c calc",\n.png'
        store.add_karyogram(
            session,
            batch=batch,
            case=case,
            cell="+1",
            file_name=name,
            page=0,
            image_sha256=sha256,
            width=1,
            height=1,
            now=NOW,
        )
        session.commit()
    (row,) = exported(sql_engine, batch)
    assert (row["batch"], row["case"], row["cell"], row["file"]) == ("'=1+1", "'@SUM(A1)", "'+1", f"'{name}")


def test_batch_is_found_by_id_name_or_the_beginning_of_either(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        monday, tuesday = (store.add_batch(session, name, "pixels", 5, NOW) for name in ("Monday", "Monday late"))
        for key in (monday.id, monday.id[:12], "Monday"):
            assert find_batch(session, key) == monday
        assert find_batch(session, "Monday l") == tuesday
        with pytest.raises(UnclearBatchError, match=f"could be any of .*{tuesday.id}"):
            find_batch(session, "Mon")
        for key in ("", "Sunday"):
            with pytest.raises(NotFoundError, match="there is no batch"):
                find_batch(session, key)


@pytest.fixture
def shell(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The record store that the command line talks to."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    return connect(sqlite_url)


def test_command_writes_the_file(shell: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = add_batch(shell, png(1), png(2))
    judge(shell, *map(verdict, karyograms(shell)))
    file = tmp_path / "out.csv"
    assert main(["export", "Monday", "--csv", str(file)]) == 0
    assert f"2 karyograms of batch {batch.id} 'Monday' written to {file}" in capsys.readouterr().out
    table = pd.read_csv(file)
    assert tuple(table.columns) == COLUMNS
    assert table["mean_probability"].tolist() == [1 / 3, 1 / 3]
    shell.dispose()


def test_command_writes_to_standard_output(shell: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    batch = add_batch(shell, png(1))
    assert main(["export", batch.id, "--csv", "-"]) == 0
    output = capsys.readouterr().out
    assert [row["karyogram_id"] for row in csv.DictReader(io.StringIO(output))] == [karyograms(shell)[0].id]
    shell.dispose()


def test_wrong_batch_leaves_the_file_alone(shell: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "out.csv"
    file.write_text("precious")
    assert main(["export", "Sunday", "--csv", str(file)]) == 2
    assert capsys.readouterr().err == "there is no batch with the id 'Sunday'\n"
    assert file.read_text() == "precious"
    shell.dispose()


def test_file_that_cannot_be_written_is_one_line(
    shell: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_batch(shell)
    assert main(["export", "Monday", "--csv", str(tmp_path / "missing" / "out.csv")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    shell.dispose()


def test_two_models_do_not_mix(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    judge(sql_engine, verdict(karyogram), replace(verdict(karyogram), model="other", seed=1))
    (row,) = exported(sql_engine, batch)
    assert (row["model"], int(row["seed"])) == ("pixels", 2**32 + 1)


def test_signed_decisions_stand_behind_the_verdict(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, png(1), png(2))
    first, second = karyograms(sql_engine)
    judge(sql_engine, verdict(first, calibrated=0.9), verdict(second))
    said = Opinion(Call.ABNORMAL, "47,XY,+21", ("+21",), comment="=1+1")
    with open_session(sql_engine) as session:
        for name in ("@Anna", "Ben"):
            decisions.decide(session, Person(name, Role.TECHNICIAN), first.id, said, NOW)
        decisions.decide(session, Person("Ben", Role.TECHNICIAN), second.id, said, NOW)
        session.commit()
    signed, unsigned = exported(sql_engine, batch)
    assert (signed["review"], signed["call"], signed["karyotype"]) == ("signed", "abnormal", "47,XY,+21")
    assert (signed["decided_findings"], signed["signed_by"]) == ("'+21", "'@Anna (first); Ben (second)")
    assert (signed["comment"], signed["amended"]) == ("'@Anna: =1+1; Ben: =1+1", "no")
    assert signed["signed_at"] == NOW.isoformat()
    assert (unsigned["review"], unsigned["call"], unsigned["signed_by"]) == ("second", "", "")


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx", "pdf", "fhir"])
def test_command_writes_every_format(
    shell: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    add_batch(shell, png(1))
    file = tmp_path / "out"
    file.write_text("an older report")
    assert main(["export", "Monday", "--format", kind, "--out", str(file)]) == 0
    assert f"written to {file}" in capsys.readouterr().out
    starts = {"csv": b"batch_id,", "json": b"{", "xlsx": b"PK", "pdf": b"%PDF", "fhir": b'{"resourceType": "Bundle"'}
    assert file.read_bytes().startswith(starts[kind])
    assert list(tmp_path.glob(".out*")) == []
    shell.dispose()


def test_command_asks_for_a_file(shell: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    add_batch(shell)
    assert main(["export", "Monday", "--format", "pdf"]) == 2
    assert capsys.readouterr().err == "--format needs --out FILE, or --out - for standard output\n"
    shell.dispose()
