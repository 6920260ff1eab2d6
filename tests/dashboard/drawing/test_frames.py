from __future__ import annotations

import dataclasses
from datetime import timedelta

import pandas as pd
import pytest

from dashboard.drawing import frames, symbols
from engine.figures.histograms import Bin
from engine.intake.duplicates import Earlier
from engine.jobs.heartbeat import EngineState, Heartbeat
from engine.people import Person, Role
from engine.reviewing.reading_list import Entry
from engine.reviews import Review
from engine.vocabulary import Batch, FileProblem, Karyogram, KaryogramState, ProblemKind, Verdict
from models.judging.triage import TriageOutcome
from tests import records
from tests.dashboard.wording.test_words import KARYOGRAM

ANNA = Person("Anna", Role.TECHNICIAN)
VERDICT = records.verdict(KARYOGRAM)
UNREADABLE = records.verdict(KARYOGRAM, TriageOutcome.FLAGGED_UNREADABLE)
FAILED = dataclasses.replace(KARYOGRAM, state=KaryogramState.FAILED, failure="out of memory")
WAITING = dataclasses.replace(KARYOGRAM, state=KaryogramState.QUEUED, page=2)


def test_failed_beats_an_earlier_verdict_and_waiting_is_no_outcome() -> None:
    assert frames.outcome_of(FAILED, VERDICT) is TriageOutcome.FAILED
    assert frames.outcome_of(WAITING, None) is None


def entry(karyogram: Karyogram, verdict: Verdict | None, *readers: str) -> Entry:
    return Entry(karyogram, Batch("b", "Monday", "pixels", 5, records.NOW), verdict, readers)


def test_the_reading_list_keeps_its_order_and_tells_percent() -> None:
    rows = [entry(FAILED, None), entry(KARYOGRAM, VERDICT), entry(WAITING, None)]
    frame = frames.reading_list(rows, ["a", "b", "c"], ANNA)
    assert frame["outcome"].tolist() == ["Failed", "Uncertain", "Waiting"]
    assert frame["picture"].tolist() == ["a", "b", "c"]
    assert frame["file"].tolist() == ["P001_c1.png", "P001_c1.png", "P001_c1.png, page 3"]
    assert frame["symbol"].tolist()[2] == symbols.data_url(None)
    assert frame["probability"][1] == pytest.approx(40.0)
    assert frame["agreement"][1] == pytest.approx(200 / 3)


def test_the_passes_of_an_unreadable_picture_are_not_told() -> None:
    frame = frames.reading_list([entry(KARYOGRAM, UNREADABLE)], [""], ANNA)
    assert frame[["probability", "agreement"]].isna().to_numpy().all()


def test_a_reading_list_without_rows_has_the_same_columns() -> None:
    one = frames.reading_list([entry(KARYOGRAM, VERDICT)], ["a"], ANNA)
    assert frames.reading_list([], [], ANNA).dtypes.equals(one.dtypes)


def test_each_row_needs_its_thumbnail() -> None:
    with pytest.raises(ValueError, match="shorter"):
        frames.reading_list([entry(KARYOGRAM, VERDICT)], [], ANNA)


def test_a_row_tells_whose_turn_it_is_and_why() -> None:
    second = dataclasses.replace(KARYOGRAM, review=Review.SECOND)
    sampled = dataclasses.replace(KARYOGRAM, review=Review.FIRST, sampled=True)
    screened = dataclasses.replace(KARYOGRAM, review=Review.NOT_NEEDED)
    failed = dataclasses.replace(FAILED, review=Review.FIRST)
    rows = [entry(second, VERDICT, "Anna"), entry(second, VERDICT, "Ben"), entry(sampled, VERDICT)]
    rows += [entry(screened, VERDICT), entry(failed, None), entry(WAITING, None)]
    frame = frames.reading_list(rows, [""] * 6, ANNA)
    turns = ["Second reader, not you", "Second reader", "First reader", "Nobody", "First reader", "Engine"]
    assert frame["turn"].tolist() == turns
    assert frame["because"].tolist() == ["Flagged", "Flagged", "Quality sample", "Screened", "Not judged", ""]
    assert set(frame["batch"]) == {"Monday"}


def test_confidence_is_told_as_shares() -> None:
    frame = frames.confidence([Bin(TriageOutcome.FLAGGED_UNCERTAIN, 7, 3)])
    assert frame.to_dict("records") == [{"outcome": "Uncertain", "low": 0.35, "high": 0.4, "count": 3}]
    assert frames.confidence([]).empty


def test_passes_keep_the_order_of_the_sub_networks() -> None:
    assert frames.passes(VERDICT)["probability"].tolist() == [0.1, 1 / 3, 5e-324]


def test_a_refused_file_is_told_as_it_is_named_and_a_duplicate_leads_to_the_earlier_one() -> None:
    frame = frames.problems(
        [
            FileProblem("a*b*.png", ProblemKind.EMPTY, "expected a picture, got 0 bytes"),
            FileProblem("c.png", ProblemKind.DUPLICATE, "seen before", duplicate_of="k1"),
            FileProblem("d.png", ProblemKind.DUPLICATE, "seen before", duplicate_of="k2"),
        ],
        {
            "k1": Earlier("k1", "P001", "1", TriageOutcome.FLAGGED_ABNORMAL),
            "k2": Earlier("k2", "P001", "2", None),
        },
    )
    assert frame["File"][0] == r"a\*b\*\.png"
    assert frame["Problem"].tolist() == ["Empty file", "Duplicate", "Duplicate"]
    _, flagged, waiting = frame["What was expected and found"]
    assert flagged.startswith("seen before :red-badge[")
    assert flagged.endswith("Flagged abnormal] [Open the earlier one](karyogram?karyogram=k1)")
    assert waiting.endswith("Waiting] [Open the earlier one](karyogram?karyogram=k2)")
    assert frame["What to do"].str.len().min() > 20


def test_an_engine_before_its_first_batch() -> None:
    beat = Heartbeat(engine="host-1", host="host", pid=1, started_at=records.NOW)
    row = frames.engines([beat], records.NOW).iloc[0]
    assert (row["state"], row["last_batch"]) == ("Warming up", "none yet")
    assert pd.isna(row["speed"])


def test_an_engine_at_work() -> None:
    beat = Heartbeat(
        engine="host-1",
        host="host",
        pid=1,
        started_at=records.NOW,
        state=EngineState.WORKING,
        models=("vgg16", "other"),
        pictures_per_second=12.5,
        last_batch=32,
        last_batch_at=records.NOW,
    )
    row = frames.engines([beat], records.NOW + timedelta(seconds=10)).iloc[0]
    assert (row["state"], row["models"], row["speed"]) == ("Working", "vgg16, other", 12.5)
    assert row["last_batch"] == "32 karyograms, 10 s ago"
