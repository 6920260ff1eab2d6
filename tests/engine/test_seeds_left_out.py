"""Nothing that counts or exports karyograms of patients knows known cases: each figure is the same with and without."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.exports import export
from engine.exports.batch_report import report
from engine.exports.batch_report.formats import Format, write
from engine.figures import agreement, drift, histograms, overview, quality
from engine.figures.periods import HOUR, Period
from engine.intake import duplicates, receipts
from engine.policy import policy_cases, shadows, side_by_side
from engine.records import reports, store
from engine.records.database import open_session
from engine.reviewing import case_results, corrections
from engine.reviewing.corrections import Correction
from engine.vocabulary import Batch, Karyogram
from models.judging.triage import Policy, TriageOutcome
from models.measuring.screening import Cohort
from models.pictures import DEFAULT_LIMITS
from tests.records import NOW, karyograms, png, verdict
from tests.seeded import ABNORMAL, NORMAL, add_batch, known, seed, sign

PERIOD = Period(NOW - timedelta(hours=6), NOW + timedelta(hours=6), HOUR)
SCREENED, FLAGGED = TriageOutcome.SCREENED_NORMAL, TriageOutcome.FLAGGED_ABNORMAL
Figure = Callable[[Session, Batch], Any]


def cohort(found: Cohort) -> list[Any]:
    return [column.tolist() for column in vars(found).values()]


def written(kind: Format) -> Figure:
    def make(session: Session, batch: Batch) -> str:
        stream = io.BytesIO()
        write(session, batch.id, kind, stream, DEFAULT_LIMITS)
        return stream.getvalue().decode()

    return make


def policy_signed(session: Session, batch: Batch) -> list[Any]:
    found = policy_cases.signed(session, "pixels")
    return [cohort(found.cohort), cohort(found.in_full)]


FIGURES: dict[str, Figure] = {
    "overview.counts": lambda session, _: overview.counts(session, PERIOD),
    "overview.reasons": lambda session, _: overview.reasons(session, PERIOD),
    "overview.turnaround": lambda session, _: overview.turnaround(session, PERIOD),
    "overview.oldest_open": lambda session, _: overview.oldest_open(session),
    "overview.throughput": lambda session, _: overview.throughput(session, PERIOD),
    "overview.confidence": lambda session, _: overview.confidence(session, PERIOD, "pixels", "pass_agreement"),
    "agreement": lambda session, _: agreement.agreement(session, PERIOD),
    "drift.models": lambda session, _: drift.models(session, PERIOD),
    "drift": lambda session, _: drift.drift(session, PERIOD, "pixels"),
    "quality.sample": lambda session, _: quality.sample(session, PERIOD),
    "quality.missed": lambda session, _: quality.missed(session, PERIOD, 50),
    "quality.calls": lambda session, _: quality.calls(session, PERIOD),
    "quality.readers": lambda session, _: quality.readers(session, PERIOD),
    "policy_cases.signed": policy_signed,
    "policy_cases.recent": lambda session, _: cohort(policy_cases.recent(session, "pixels", NOW)),
    "policy_cases.throughput": lambda session, _: policy_cases.throughput(session, NOW),
    "side_by_side": lambda session, _: side_by_side.pairs(session, "pixels", "another"),
    "histograms.probability": histograms.probability,
    "histograms.agreement": histograms.agreement,
    "receipts": receipts.receipt,
    "report": lambda session, batch: report.read(session, batch.id),
    "report.signed_count": lambda session, batch: report.signed_count(session, batch.id),
    "reports.judged": lambda session, batch: reports.judged(session, batch.id),
    "export.rows": lambda session, batch: list(export.rows(session, batch.id)),
    "csv": written(Format.CSV),
    "json": written(Format.JSON),
    "fhir": written(Format.FHIR),
    "corrections": lambda session, batch: corrections.corrected_karyograms(session, batch.id),
    "corrections of all": lambda session, _: corrections.corrected_karyograms(session),
    "duplicates.find": lambda session, _: duplicates.find_duplicate(session, _sha(session), 0, "pixels", 5),
    "duplicates.known": lambda session, _: duplicates.is_known(session, _sha(session), "pixels", 5),
    "cases": lambda session, batch: [
        case_results.conclude(case_results.cells_of(session, one)) for one, _ in reports.judged(session, batch.id)
    ],
}


def _sha(session: Session) -> str:
    """The hash of the picture of the first known case."""
    return store.add_picture(session, png(5001), "image/png")


def judge(session: Session, one: Karyogram, outcome: TriageOutcome, *, calibrated: float = 0.4) -> None:
    said = verdict(one, outcome, calibrated=calibrated)
    store.save_verdict(session, replace(said, distance=1.5, policy=Policy()), quality_share=1.0)
    shadows.keep(session, replace(said, model="another", outcome=FLAGGED))
    box = 1.0, 2.0, 3.0, 4.0
    corrections.add(session, Correction(one.id, "pixels", 0, "21", box, NOW))


@pytest.fixture
def patients(sql_engine: Engine) -> Batch:
    """A batch that people have read in part."""
    batch = add_batch(sql_engine, cases=3, cells=2)
    found = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        for number, one in enumerate(found):
            judge(session, one, SCREENED if number % 2 else FLAGGED)
        session.commit()
    sign(sql_engine, found[0], ABNORMAL, ABNORMAL)
    sign(sql_engine, found[1], NORMAL, NORMAL)
    sign(sql_engine, found[2], ABNORMAL)
    return batch


def figures(engine: Engine, batch: Batch) -> dict[str, Any]:
    with open_session(engine) as session:
        return {name: figure(session, batch) for name, figure in FIGURES.items()}


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name in FIGURES if before[name] != after[name]]


def test_no_figure_and_no_file_knows_a_known_case(sql_engine: Engine, patients: Batch) -> None:
    before = figures(sql_engine, patients)
    placed = seed(sql_engine, patients, known(1, case="A"), known(2, case="A"), known(3), known(4))
    assert changed(before, figures(sql_engine, patients)) == []  # while they wait for a verdict
    with open_session(sql_engine) as session:
        for one, outcome in zip(placed, (SCREENED, FLAGGED, SCREENED, TriageOutcome.FLAGGED_UNREADABLE), strict=True):
            judge(session, one, outcome, calibrated=0.99)
        session.commit()
    assert changed(before, figures(sql_engine, patients)) == []  # while they wait for a reader
    for one in placed[:3]:
        sign(sql_engine, one, ABNORMAL, NORMAL, ABNORMAL)
    assert changed(before, figures(sql_engine, patients)) == []  # once they are signed


def test_each_figure_would_know_a_patients_karyogram(sql_engine: Engine, patients: Batch) -> None:
    """The counter-test: what changes nothing could not have been told from a known case above."""
    before = figures(sql_engine, patients)
    with open_session(sql_engine) as session:
        for number in (1, 2):
            case = store.find_or_add_case(session, patients.id, f"P10{number - 1}")
            sha = store.add_picture(session, png(5000 + number), "image/png")
            one = store.add_karyogram(
                session,
                batch=patients,
                case=case,
                cell="9",
                file_name="x.png",
                page=0,
                image_sha256=sha,
                width=120,
                height=100,
                now=NOW - timedelta(minutes=5),
            )
            judge(session, one, TriageOutcome.FLAGGED_UNREADABLE if number == 2 else SCREENED, calibrated=0.99)
            if number == 1:
                signed = one
        session.commit()
    sign(sql_engine, signed, ABNORMAL, NORMAL, ABNORMAL)
    assert set(FIGURES) - set(changed(before, figures(sql_engine, patients))) == {"drift.models"}
