"""The qualification on a real model, a real Valkey and a real record store: what it finds, and the paper about it."""

from __future__ import annotations

import io
import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from engine.__main__ import build_parser
from engine.commands import qualify as commands_qualify
from engine.commands.qualify import SAMPLES, qualify
from engine.commands.work import load_predictor
from engine.exports import seal
from engine.qualification import expectation, installation
from engine.qualification.step import Result, attempt
from engine.records import audit
from engine.records.database import connect, open_session
from engine.settings import Settings
from engine.worker.judging import Predictor
from models.registry import Registry, default_registry
from tests.records import NOW

SENTENCE = "how good the model is on the laboratory's material"


@pytest.fixture(scope="module")
def predictor(untrained_registry: Path) -> Predictor:
    return load_predictor(Registry(untrained_registry), "float32", "untrained")


@pytest.fixture
def settings(database_url: str, redis_url: str, untrained_registry: Path) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        registry=untrained_registry,
        default_model="untrained",
        default_passes=3,
        precision="float32",
    )


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    for path in sorted(SAMPLES.glob("*.png"))[:2]:
        shutil.copy(path, folder)
    return folder


def run(settings: Settings, samples: Path, predictor: Predictor, *options: str) -> tuple[int, str]:
    """Qualify, and give the exit code and the words on paper."""
    out = samples.parent / "qualification.pdf"
    words = ["qualify", "--out", str(out), "--by", "Anna <b>Åkesson</b>", "--samples", str(samples), *options]
    code = qualify(build_parser().parse_args(words), settings, lambda name: predictor)
    pages = PdfReader(io.BytesIO(out.read_bytes())).pages
    return code, " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the trial has a record store of its own
def test_what_is_written_down_is_compared_and_a_change_fails(
    settings: Settings, samples: Path, predictor: Predictor, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = samples.parent / "expected.json"
    code, words = run(settings, samples, predictor, "--write-expected", str(expected), "--expected", str(expected))
    assert code == 0, capsys.readouterr().out
    assert "2 had nothing to compare with" in words
    code, words = run(settings, samples, predictor, "--expected", str(expected))
    assert code == 0, capsys.readouterr().out
    assert "0 failed" in words
    assert "not compared" not in words
    for told in (
        "Anna <b>Åkesson</b>",
        "Performed by",
        "Reviewed by",
        "Approved by",
        SENTENCE,
        "refused as a duplicate",
    ):
        assert told in words
    known = json.loads(expected.read_text())
    (said,) = known.values()
    first = sorted(said)[0]
    said[first] = [said[first][0], said[first][1] - 0.2]
    expected.write_text(json.dumps(known))
    capsys.readouterr()
    code, words = run(settings, samples, predictor, "--expected", str(expected))
    assert code == 1
    assert "1 failed" in words
    assert f"failed       Sample {first}" in capsys.readouterr().out.replace("\x1b[1;31m", "")
    _audited(settings)


def _audited(settings: Settings) -> None:
    engine = connect(settings.database_url)
    with open_session(engine) as session:
        entries = [entry for entry in audit.latest(session, 10) if entry.action == "qualify"]
    engine.dispose()
    assert [json.loads(entry.details)["failed"] for entry in entries] == [1, 0, 0]
    assert all(len(json.loads(entry.details)["pdf"]) == 64 for entry in entries)


@pytest.fixture
def installed(settings: Settings) -> Iterator[partial[dict[str, Result]]]:
    engine = connect(settings.database_url)

    def results(changed: Settings = settings, pins: Path = installation.PINS) -> dict[str, Result]:
        return {step.what.partition(" at ")[0]: step.result for step in installation.examine(changed, engine, pins)}

    yield partial(results)
    engine.dispose()


def test_a_wrong_installation_is_named(
    settings: Settings, installed: partial[dict[str, Result]], tmp_path: Path, database_url: str
) -> None:
    assert Result.FAILED not in installed().values()
    pins = tmp_path / "requirements.txt"
    pins.write_text("numpy==1.0\n")
    assert installed(pins=pins)["Libraries"] is Result.FAILED
    assert installed(pins=tmp_path / "none")["Libraries"] is Result.FAILED
    registry = tmp_path / "registry"
    shutil.copytree(settings.registry, registry)
    with (registry / "untrained" / "model.weights.h5").open("ab") as weights:
        weights.write(b"!")
    away = Settings(database_url=database_url, redis_url="redis://:secret@127.0.0.1:1/0", registry=registry)
    found = installed(away)
    assert {what for what, result in found.items() if result is Result.FAILED} == {"Model untrained", "Redis"}


def test_the_key_of_exports_stands_on_the_paper(
    settings: Settings, installed: partial[dict[str, Result]], tmp_path: Path, database_url: str
) -> None:
    file, step = tmp_path / "keys" / "key.pem", "Key that signs the audit trail"
    signing = replace(settings, signing_key=file)
    assert step not in installed(signing)
    fingerprint = seal.kept_in(file).fingerprint
    assert installed(signing)[step] is Result.PASSED
    engine = connect(database_url)
    found = [one.found for one in installation.examine(signing, engine) if one.what == step]
    engine.dispose()
    assert found == [f"SHA-256 {fingerprint}"]
    file.write_text("nothing")
    assert installed(signing)[step] is Result.FAILED


def test_a_broken_trail_and_old_tables_are_named(
    sqlite_url: str, redis_url: str, untrained_registry: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    engine = connect(sqlite_url)
    with open_session(engine) as session:
        audit.record(session, NOW, person="Anna", action="view", subject="karyogram 1")
        session.commit()
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET person = 'Ben'"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0009'"))
    settings = Settings(database_url=sqlite_url, redis_url=redis_url, registry=untrained_registry)
    found = {step.what: step for step in installation.examine(settings, engine)}
    engine.dispose()
    assert found["Audit trail of the record store"].found == (
        "ValueError: entry 1: changed: it no longer has the hash that was kept with it"
    )
    assert found[f"Record store at {sqlite_url}"].result is Result.FAILED


def test_what_must_be_refused_fails_where_it_is_allowed() -> None:
    assert attempt("a", "refused", lambda: "let in", refused=PermissionError).result is Result.FAILED
    assert attempt("a", "refused", lambda: str(1 / 0), refused=PermissionError).result is Result.FAILED
    assert attempt("a", "works", lambda: str(1 / 0)).found == "ZeroDivisionError: division by zero"


def test_the_shipped_model_has_its_expectation_for_every_sample() -> None:
    """New weights or new samples need new expectations: ``python -m engine qualify --write-expected FILE``."""
    settings = Settings()
    card = default_registry().card(settings.default_model)
    known = expectation.read(expectation.SHIPPED, card.weights_sha256, settings.default_passes)
    assert known is not None
    assert set(known.samples) == {path.name for path in SAMPLES.glob("*.png")}
    assert len(known.samples) == 12


@pytest.mark.soak
def test_the_shipped_model_says_of_the_samples_what_is_written_down(
    sqlite_url: str, redis_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(database_url=sqlite_url, redis_url=redis_url)
    load = partial(load_predictor, Registry(settings.registry), settings.precision)
    arguments = build_parser().parse_args(["qualify", "--out", str(tmp_path / "q.pdf")])
    assert qualify(arguments, settings, load) == 0, capsys.readouterr().out


def test_a_user_without_a_name_can_use_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs as a number: nothing about the user is asked before somebody qualifies."""

    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 10001")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert build_parser().parse_args(["check"])
    assert commands_qualify._user().startswith("user ")
