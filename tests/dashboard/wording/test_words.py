from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashboard.wording import words
from engine.jobs.heartbeat import EngineState
from engine.vocabulary import KaryogramState, ProblemKind
from models.judging.triage import Finding, Reason, TriageOutcome
from tests import records

KARYOGRAM = records.karyogram()


def test_every_word_of_the_domain_has_its_words_on_screen() -> None:
    assert set(words.OUTCOMES) == set(TriageOutcome)
    assert set(words.PROBLEMS) == set(ProblemKind)
    assert set(words.REASONS_IN_SHORT) == set(Reason)
    assert set(words.ENGINE_STATES) == set(EngineState)


def test_abnormal_leads() -> None:
    assert next(iter(words.OUTCOMES)) is TriageOutcome.FLAGGED_ABNORMAL


def test_no_outcome_reads_as_a_result() -> None:
    normal, abnormal = words.OUTCOMES[TriageOutcome.SCREENED_NORMAL], words.OUTCOMES[TriageOutcome.FLAGGED_ABNORMAL]
    assert normal.short == "Screened normal"
    assert "A person must read it" in abnormal.meaning
    assert "first" not in abnormal.meaning  # failed and unreadable ones stand before it


@pytest.mark.parametrize(
    ("sent", "later", "text"),
    [
        (1, 0, "1 karyogram sent back to the engines."),
        (0, 2, "2 karyograms will be taken up again within a minute."),
        (2, 1, "2 karyograms sent back to the engines. 1 karyogram will be taken up again within a minute."),
    ],
)
def test_a_retry_says_what_was_sent_and_what_waits(sent: int, later: int, text: str) -> None:
    assert words.retried(sent, later) == text


def test_no_two_outcomes_look_alike() -> None:
    shown = [*words.OUTCOMES.values(), words.WAITING]
    for part in ("label", "short", "icon"):
        assert len({getattr(one, part) for one in shown}) == len(shown), part


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.0004, "< 0.1 %"),
        (0.05, "5 %"),
        (0.123, "12.3 %"),
        (0.8, "80 %"),
        (0.9996, "> 99.9 %"),
        (1.0, "100 %"),
    ],
)
def test_percent_never_rounds_to_certainty(share: float, text: str) -> None:
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (1, "batch", "1 batch"),
        (2, "batch", "2 batches"),
        (1, "pass", "1 pass"),
        (1204, "karyogram", "1,204 karyograms"),
    ],
)
def test_count_puts_the_noun_into_its_right_form(number: int, noun: str, text: str) -> None:
    assert words.count(number, noun) == text


@given(st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=1))
def test_plain_text_stays_what_it_is_in_markdown(text: str) -> None:
    tokens = MarkdownIt().parseInline(words.plain(text))[0].children or []
    assert {token.type for token in tokens} <= {"text", "text_special"}
    assert "".join(token.content for token in tokens) == text


@pytest.mark.parametrize(
    ("reason", "figures"),
    [
        (Reason.NOT_A_KARYOGRAM, ["the pieces do not stand in rows (12% do)"]),
        (Reason.VOTED_ABNORMAL, ["1 of 3 passes"]),
        (Reason.LOW_AGREEMENT, ["66.7 %", "at least 90 %"]),
        (Reason.HIGH_PROBABILITY, ["40 %", "at most 30 %"]),
        (Reason.HIGH_MUTUAL_INFORMATION, ["0.100 bits", "at most 0.100 bits"]),
        (Reason.FINDING_CONTRADICTS, ["+21, structural change on 9"]),
        (Reason.NO_FINDING, ["No finding"]),
    ],
)
def test_each_reason_names_the_figures_that_count(reason: Reason, figures: list[str]) -> None:
    sentence = words.reason_sentence(reason, records.verdict(KARYOGRAM))
    assert [figure for figure in figures if figure not in sentence] == []


def test_a_list_says_why_in_short() -> None:
    unreadable = records.verdict(KARYOGRAM)
    verdict = dataclasses.replace(unreadable, refusals=())
    without = dataclasses.replace(verdict, findings=())
    failed = dataclasses.replace(KARYOGRAM, state=KaryogramState.FAILED, failure="out of memory")
    assert words.in_short(KARYOGRAM, unreadable) == "the pieces do not stand in rows (12% do)"
    assert words.in_short(KARYOGRAM, verdict) == "+21, structural change on 9"
    assert words.in_short(KARYOGRAM, without) == "low agreement, finding"
    assert words.in_short(KARYOGRAM, None) == ""
    assert words.in_short(failed, None) == "out of memory"


def test_of_many_findings_the_most_probable_are_named() -> None:
    findings = tuple(Finding(str(number), f"+{number}", number / 22) for number in range(1, 23))
    verdict = dataclasses.replace(records.verdict(KARYOGRAM), findings=findings)
    assert words.named_findings(verdict) == "+22, +21 and 20 more"


def test_an_unreadable_verdict_of_an_earlier_version_says_that_no_reason_was_kept() -> None:
    verdict = dataclasses.replace(records.verdict(KARYOGRAM), refusals=())
    assert "not kept" in words.reason_sentence(Reason.NOT_A_KARYOGRAM, verdict)


def test_a_finding_is_told_with_its_agreement_or_as_an_earlier_version_kept_it() -> None:
    (found, _) = records.verdict(KARYOGRAM).findings
    assert words.finding_line(found) == r":red-badge[\+21] chromosome 21\: three copies \(3 of 3 passes\)"
    old = dataclasses.replace(found, words="", votes=0, passes=0)
    assert words.finding_line(old) == r":red-badge[\+21] probability 87.5 %"


def test_what_is_only_suspected_looks_otherwise() -> None:
    (found, _) = records.verdict(KARYOGRAM).findings
    suspected = dataclasses.replace(found, probability=0.125, suspected=True)
    line = words.finding_line(suspected)
    assert line.startswith(":orange-badge[")
    assert "suspected" in line
    assert "passes" not in line
    verdict = dataclasses.replace(records.verdict(KARYOGRAM), findings=(suspected,))
    assert words.named_findings(verdict) == "+21?"
    assert words.reason_sentence(Reason.FINDING_CONTRADICTS, verdict).endswith("speaks against it: +21?.")


def test_a_cell_is_only_named_where_there_is_one() -> None:
    assert words.case_and_cell("P001", "2") == "P001 · cell 2"
    assert words.case_and_cell("P001", "") == "P001"


@pytest.mark.parametrize(("number", "told"), [(0, "0"), (1204, "1,204"), (4999, "4,999"), (5000, "5,000+")])
def test_what_is_not_counted_to_its_end_says_so(number: int, told: str) -> None:
    assert words.at_most(number, 5000) == told
