"""The chromosomes of a karyogram on its page: offered where they were read, chosen, compared and corrected."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from engine import store
from engine.database import open_session
from engine.vocabulary import Karyogram
from models.judging.record import Record
from tests import records
from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_pages import metrics, said

READING = records.reading()
NINE = 16  # the number of its first object


@pytest.fixture
def read_karyogram(dashboard: Dashboard) -> Karyogram:
    """A karyogram with a reading, and findings on 9 and 21."""
    return judged(dashboard, READING)


def judged(dashboard: Dashboard, reading: Record | None) -> Karyogram:
    records.add_batch(dashboard.engine, records.png(1))
    (karyogram,) = records.karyograms(dashboard.engine)
    with open_session(dashboard.engine) as session:
        store.save_verdict(session, records.verdict(karyogram, reading=reading))
        session.commit()
    return karyogram


def shown(dashboard: Dashboard, karyogram: Karyogram) -> AppTest:
    """The page with the chromosomes switched on."""
    app = dashboard.open("karyogram", karyogram=karyogram.id)
    return app.toggle(key="chromosomes").set_value(True).run()


def choose(app: AppTest, karyogram: Karyogram, number: int) -> AppTest:
    app.session_state[f"object_{karyogram.id}"] = number
    return app.run()


def test_without_a_reading_nothing_is_offered(dashboard: Dashboard) -> None:
    app = dashboard.open("karyogram", karyogram=judged(dashboard, None).id)
    assert [toggle.label for toggle in app.toggle] == ["Show where the evidence lies"]
    assert not app.selectbox
    assert "Flagged uncertain" in said(app)


def test_chromosomes_are_shown_only_if_wanted(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    app = dashboard.open("karyogram", karyogram=read_karyogram.id)
    assert not app.selectbox
    assert "What speaks for it" not in said(app)
    app = shown(dashboard, read_karyogram)
    assert len(app.selectbox(key=f"object_{read_karyogram.id}").options) == len(READING.objects)
    assert "What speaks for it" in said(app)
    assert "Yellow, dashed and ?: fits nowhere" in said(app)


def test_the_first_chromosome_with_a_finding_is_chosen(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    app = shown(dashboard, read_karyogram)
    assert app.selectbox(key=f"object_{read_karyogram.id}").value == NINE
    assert r"One homologue shorter by 40 \%\; probability of a changed structure 62\.5 \%" in said(app)


def test_what_each_part_says_stands_in_a_table(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    table = shown(dashboard, read_karyogram).table[0].value
    assert dict(zip(table["Part"], table["Probability"], strict=True)) == {
        "Reader, numbers": "99 %",
        "Reader, structure": "62.7 %",
        "Whole picture": "25 %",
    }


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, r"The homologues look alike\; probability of a changed structure 0\.4 \%"),
        (2, "Not compared: one of the two may not be a single chromosome"),
        (41, "Not compared: 3 objects of it"),
        (len(READING.objects) - 1, "Only chromosomes are compared"),
    ],
)
def test_any_object_can_be_chosen(dashboard: Dashboard, read_karyogram: Karyogram, number: int, sentence: str) -> None:
    assert sentence in said(choose(shown(dashboard, read_karyogram), read_karyogram, number))


def test_a_reading_without_objects_breaks_nothing(dashboard: Dashboard) -> None:
    karyogram = judged(dashboard, replace(READING, objects=(), pairs=()))
    app = shown(dashboard, karyogram)
    assert app.selectbox(key=f"object_{karyogram.id}").value is None
    assert metrics(app)
