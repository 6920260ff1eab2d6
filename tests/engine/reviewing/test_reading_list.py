"""The reading list over both databases: its order, its pages, its filters, and that indexes answer it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine.figures import histograms
from engine.people import Person, Role
from engine.records import database, schema, store
from engine.records.database import open_session
from engine.reviewing import decisions, reading_filter, reading_list
from engine.reviewing.reading_filter import Filter, Turn
from engine.reviews import Call, Opinion, Review
from models.judging.triage import TriageOutcome
from tests import many
from tests.records import NOW, add_batch, karyograms, png, verdict
from tests.statements import plan, watched

ANNA, BEN = Person("Anna", Role.TECHNICIAN), Person("Ben", Role.TECHNICIAN)
CARL, DORA = Person("Carl", Role.SUPERVISOR), Person("Dora", Role.READ_ONLY)
ALL = Filter(Turn.ALL)
LATER = NOW + timedelta(hours=1)


def seven(engine: Engine) -> dict[str, str]:
    """A batch with a karyogram for each place of the list; their ids by name."""
    add_batch(engine, *(png(number, (100, 100)) for number in range(7)))
    names = ["calm", "sampled", "uncertain", "likely", "less", "unreadable", "failed"]
    found = dict(zip(names, karyograms(engine), strict=True))
    outcomes = {
        "calm": (TriageOutcome.SCREENED_NORMAL, 0.01, 0.0),
        "sampled": (TriageOutcome.SCREENED_NORMAL, 0.02, 1.0),
        "uncertain": (TriageOutcome.FLAGGED_UNCERTAIN, 0.3, 0.0),
        "likely": (TriageOutcome.FLAGGED_ABNORMAL, 0.9, 0.0),
        "less": (TriageOutcome.FLAGGED_ABNORMAL, 0.6, 0.0),
        "unreadable": (TriageOutcome.FLAGGED_UNREADABLE, 0.5, 0.0),
    }
    with open_session(engine) as session:
        for name, (outcome, probability, share) in outcomes.items():
            store.save_verdict(session, verdict(found[name], outcome, calibrated=probability), share)
        store.fail(session, found["failed"].id, "cut off")
        session.commit()
    return {name: karyogram.id for name, karyogram in found.items()}


def shown(session: Session, wanted: Filter, reader: Person = ANNA, size: int = 50) -> list[str]:
    return [entry.karyogram.id for entry in reading_list.page(session, reader, wanted, size).entries]


def decide(session: Session, person: Person, key: str, call: Call = Call.ABNORMAL) -> None:
    decisions.decide(session, person, key, Opinion(call, reason="looked"), NOW)


def test_the_riskiest_comes_first_and_screened_ones_only_where_they_were_drawn(sql_engine: Engine) -> None:
    ids = seven(sql_engine)
    order = ["failed", "unreadable", "likely", "less", "uncertain", "sampled"]
    with open_session(sql_engine) as session:
        assert shown(session, Filter()) == [ids[name] for name in order]
        assert shown(session, ALL) == [ids[name] for name in [*order, "calm"]]


def test_what_waits_for_a_verdict_stands_last_among_all(sql_engine: Engine) -> None:
    ids = seven(sql_engine)
    add_batch(sql_engine, png(90), png(91), now=LATER)
    waiting = sorted((karyogram.id for karyogram in karyograms(sql_engine)), reverse=True)
    with open_session(sql_engine) as session:
        assert shown(session, ALL)[-3:] == [ids["calm"], *waiting]
        around = reading_list.neighbours(session, ANNA, ALL, waiting[0])
        assert (around.before, around.after, around.number, around.total) == (ids["calm"], waiting[1], 8, 9)
        assert reading_list.neighbours(session, ANNA, ALL, ids["calm"]).after == waiting[0]
        assert reading_list.page(session, ANNA, ALL, 8, after=waiting[0]).first == 9


def test_my_turn_hides_what_i_decided_and_what_others_have_to(sql_engine: Engine) -> None:
    ids = seven(sql_engine)
    with open_session(sql_engine) as session:
        decide(session, ANNA, ids["likely"])
        decide(session, ANNA, ids["less"])
        decide(session, BEN, ids["less"], Call.NORMAL)
        decide(session, ANNA, ids["failed"])
        decide(session, BEN, ids["failed"])
        rest = [ids[name] for name in ("unreadable", "uncertain", "sampled")]
        assert shown(session, Filter(), ANNA) == rest
        assert shown(session, Filter(), BEN) == [rest[0], ids["likely"], *rest[1:]]
        assert shown(session, Filter(), CARL) == [rest[0], ids["likely"], ids["less"], *rest[1:]]
        assert shown(session, Filter(), DORA) == []
        by_turn = {Turn.FIRST: rest, Turn.SECOND: [ids["likely"]], Turn.THIRD: [ids["less"]]}
        for turn, expected in {**by_turn, Turn.SIGNED: [ids["failed"]]}.items():
            assert shown(session, Filter(turn)) == expected
        expected_counts = {"mine": 3, "first": 3, "second": 1, "third": 1, "signed": 1, "all": 7}
        assert reading_list.counts(session, ANNA, Filter()) == {Turn(key): n for key, n in expected_counts.items()}
        assert reading_list.counts(session, CARL, Filter())[Turn.MINE] == 5
        assert reading_list.known_readers(session) == ["Anna", "Ben"]
        assert reading_list.last_decided(session, ANNA) == (ids["failed"], NOW)
        assert reading_list.last_decided(session, CARL) is None


def test_each_filter_leaves_what_it_names(sql_engine: Engine) -> None:
    ids = seven(sql_engine)
    add_batch(sql_engine, png(90), now=LATER)
    (other,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, replace(verdict(other), findings=()))
        session.execute(schema.cases.update().where(schema.cases.c.id == other.case_id).values(name="Q7"))
        decide(session, BEN, ids["likely"])
        by = {
            "outcomes": Filter(outcomes=(TriageOutcome.FLAGGED_ABNORMAL, TriageOutcome.FAILED)),
            "batch": Filter(batch_id=other.batch_id),
            "finding": Filter(finding="+21"),
            "case": Filter(case="Q"),
            "age": Filter(received_before=NOW + timedelta(minutes=1)),
            "person": Filter(decided_by="Ben"),
            "several": Filter(finding="+21", outcomes=(TriageOutcome.FLAGGED_ABNORMAL,), decided_by="Ben", case="P0"),
            "nothing": Filter(finding="+22"),
        }
        found = {name: shown(session, wanted) for name, wanted in by.items()}
        assert {name: reading_list.counts(session, ANNA, wanted)[Turn.MINE] for name, wanted in by.items()} == {
            name: len(keys) for name, keys in found.items()
        }
    assert found["outcomes"] == [ids["failed"], ids["likely"], ids["less"]]
    assert found["batch"] == found["case"] == [other.id]
    assert found["finding"] == [ids[name] for name in ("unreadable", "likely", "less", "uncertain", "sampled")]
    assert other.id not in found["age"]
    assert len(found["age"]) == 6
    assert found["person"] == found["several"] == [ids["likely"]]
    assert found["nothing"] == []


def test_steps_go_on_from_a_karyogram_that_has_left_the_list(sql_engine: Engine) -> None:
    ids = seven(sql_engine)
    with open_session(sql_engine) as session:
        decide(session, ANNA, ids["likely"])
        around = reading_list.neighbours(session, ANNA, Filter(), ids["likely"])
        assert around == reading_list.Neighbours(ids["unreadable"], ids["less"], None, 5)
        assert reading_list.next_open(session, ANNA, Filter(Turn.SIGNED), ids["likely"]) == ids["less"]
        assert reading_list.next_open(session, ANNA, Filter(), ids["sampled"]) == ids["failed"]  # once round
        alone = Filter(outcomes=(TriageOutcome.FLAGGED_UNCERTAIN,))
        assert reading_list.next_open(session, ANNA, alone, ids["uncertain"]) is None
        assert reading_list.next_open(session, ANNA, alone) == ids["uncertain"]
        assert reading_list.next_open(session, DORA, Filter()) is None
        with pytest.raises(store.NotFoundError):
            reading_list.neighbours(session, ANNA, Filter(), "nobody")


def test_an_entry_knows_its_verdict_its_batch_and_who_has_decided(sql_engine: Engine) -> None:
    ids = seven(sql_engine)
    with open_session(sql_engine) as session:
        decide(session, BEN, ids["likely"])
        failed, _, likely, *_ = reading_list.page(session, ANNA, Filter(), 50).entries
        assert (failed.karyogram.id, failed.verdict, failed.readers) == (ids["failed"], None, ())
        assert likely.verdict == replace(store.verdict(session, ids["likely"]) or verdict(likely.karyogram))
        assert likely.readers == ("Ben",)
        assert likely.batch == store.batch(session, likely.karyogram.batch_id)
        assert reading_list.batches(session, 5, only_open=True) == [likely.batch]


def test_a_failed_karyogram_that_was_read_and_is_judged_later_moves_to_its_place(sql_engine: Engine) -> None:
    ids = seven(sql_engine)
    with open_session(sql_engine) as session:
        decide(session, ANNA, ids["failed"])
        store.requeue(session, ids["failed"])
        store.save_verdict(session, verdict(store.karyogram(session, ids["failed"])))
        found = store.karyogram(session, ids["failed"])
        assert found.review is Review.SECOND
        assert found.risk == pytest.approx(2.4)
        assert shown(session, Filter(Turn.SECOND, finding="+21")) == [ids["failed"]]


def test_an_empty_record_store_has_an_empty_list(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        assert reading_list.page(session, ANNA, Filter(), 20) == reading_list.Page([], 1, 0)
        assert set(reading_list.counts(session, ANNA, Filter()).values()) == {0}
        assert reading_list.known_findings(session) == []
        assert reading_list.batches(session, 5, only_open=False) == []


def test_what_a_batch_holds_is_counted_by_outcome_and_binned(sql_engine: Engine) -> None:
    ids = seven(sql_engine)
    add_batch(sql_engine, png(90), now=LATER)
    with open_session(sql_engine) as session:
        batch = store.batch(session, store.karyogram(session, ids["calm"]).batch_id)
        outcomes = reading_list.outcome_counts(session, batch.id)
        assert outcomes == dict.fromkeys(TriageOutcome, 1) | {
            TriageOutcome.SCREENED_NORMAL: 2,
            TriageOutcome.FLAGGED_ABNORMAL: 2,
        }
        (waiting,) = reading_list.batches(session, 1, only_open=False)
        assert reading_list.outcome_counts(session, waiting.id) == {None: 1}
        bins = histograms.probability(session, batch)
        assert [(one.outcome, one.step, one.count) for one in bins] == [
            (TriageOutcome.FLAGGED_ABNORMAL, 12, 1),
            (TriageOutcome.FLAGGED_ABNORMAL, 18, 1),
            (TriageOutcome.FLAGGED_UNCERTAIN, 6, 1),
            (TriageOutcome.SCREENED_NORMAL, 0, 2),
        ]
        assert [(one.step, one.count) for one in histograms.agreement(session, batch)] == [(13, 2), (13, 1), (13, 2)]
        assert histograms.probability(session, waiting) == []


SCANS = {"sqlite": ("SCAN karyograms", "SCAN verdicts", "SCAN decisions"), "postgresql": ("Seq Scan on karyograms",)}


def check_plans(engine: Engine, statements: list[tuple[str, Any]]) -> None:
    """No statement reads a whole table, and none puts a long list in order.

    PostgreSQL knows how many rows there are, and may rightly prefer a table of this size to its index where many of
    them count or are gathered; what it must never do is to read all for a page in the order of the list.
    """
    assert statements
    for statement, parameters in statements:
        if engine.dialect.name == "postgresql" and "ORDER BY karyograms.risk" not in statement:
            continue
        how = plan(engine, statement, parameters)
        assert not [scan for scan in SCANS[engine.dialect.name] if scan in how], (statement, how)
        if "ORDER BY karyograms.risk" in statement and engine.dialect.name == "sqlite":
            assert "TEMP B-TREE" not in how, (statement, how)


def test_indexes_answer_everything_about_twenty_thousand(sql_engine: Engine) -> None:
    many.fill(sql_engine, 20_000, verdicts=False)
    batch = f"{3:032x}"
    filters = [
        Filter(),
        Filter(Turn.SIGNED),
        ALL,
        Filter(batch_id=batch),
        Filter(Turn.ALL, batch_id=batch),
        Filter(outcomes=(TriageOutcome.FLAGGED_UNCERTAIN,)),
        Filter(finding="+21"),
        Filter(case="P00001"),
        Filter(received_before=NOW - timedelta(days=5)),
        Filter(Turn.SIGNED, decided_by="Ben"),
    ]
    with open_session(sql_engine) as session, watched(sql_engine) as statements:
        for wanted in filters:
            first = reading_list.page(session, CARL, wanted, 20)
            assert first.entries
            assert len(statements) < 60, "the number of queries must not grow with the list"
            check_plans(sql_engine, statements[:])
            statements.clear()
            reading_list.neighbours(session, CARL, wanted, first.entries[-1].karyogram.id)
            check_plans(sql_engine, statements[:])
            statements.clear()


def test_pages_of_twenty_thousand_follow_each_other_without_gap(sqlite_url: str) -> None:
    engine = reading_engine(sqlite_url)
    with open_session(engine) as session:
        for wanted in (
            Filter(),
            Filter(Turn.SIGNED, finding="+21"),
            Filter(case="P0"),
            Filter(Turn.ALL, batch_id=f"{3:032x}"),
        ):
            table = schema.karyograms
            place = select(table.c.risk, table.c.id)
            whole = reading_list.page(session, ANNA, wanted, 150)
            keys = [entry.karyogram.id for entry in whole.entries]
            first = reading_list.page(session, ANNA, wanted, 20)
            second = reading_list.page(session, ANNA, wanted, 20, after=keys[19])
            assert [entry.karyogram.id for entry in (*first.entries, *second.entries)] == keys[:40]
            assert (second.first, second.last) == (21, 40)
            assert reading_list.page(session, ANNA, wanted, 20, before=keys[20]) == first
            assert reading_list.page(session, ANNA, wanted, 20, before=keys[7]) == first
            risks = {row.id: row.risk for row in session.execute(place.where(table.c.id.in_(keys)))}
            places = [(-1.0 if risks[key] is None else risks[key], key) for key in keys]
            assert places == sorted(places, reverse=True)
            around = reading_list.neighbours(session, ANNA, wanted, keys[30])
            assert (around.before, around.after, around.number) == (keys[29], keys[31], 31)


def test_both_ways_to_the_order_agree(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that leaves few is gathered; the same filter walked in the index says the same."""
    engine = reading_engine(sqlite_url)
    with open_session(engine) as session:
        for wanted in (Filter(finding="+18"), Filter(Turn.SIGNED, case="P0002"), Filter(Turn.SECOND, decided_by="Ben")):
            gathered = reading_list.page(session, ANNA, wanted, 30), reading_list.counts(session, ANNA, wanted)
            monkeypatch.setattr(reading_filter, "FEW", 0)
            assert (
                reading_list.page(session, ANNA, wanted, 30),
                reading_list.counts(session, ANNA, wanted),
            ) == gathered
            monkeypatch.undo()
            assert gathered[0].entries


def reading_engine(url: str) -> Engine:
    """A record store with some thousand karyograms."""
    engine = database.connect(url)
    many.fill(engine, 4_000, verdicts=False)
    return engine
