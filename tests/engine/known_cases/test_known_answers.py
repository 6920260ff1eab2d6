"""What a table of answers may look like, and what is drawn from it."""

from __future__ import annotations

import re
from random import Random

import pytest

from engine.files.cases import ManifestError
from engine.known_cases import known_answers
from engine.known_cases.known_answers import Answer
from engine.reviews import Call
from tests.seeded import known


def test_a_table_of_answers_is_read_as_spreadsheets_write_it() -> None:
    data = "\ufeffFile;Label;case_id;Karyotype\nA/b.PNG;Abnormal;K7;47,XY,+21\nc.png;normal;;\n".encode()
    assert known_answers.read(data) == {
        "b.png": Answer("K7", "1", Call.ABNORMAL, "47,XY,+21"),
        "c.png": Answer("c", "1", Call.NORMAL),
    }
    assert known_answers.key("folder\\B.png") == "b.png"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("file,case_id\na.png,K1\n", "label not in"),
        ("file,label\na.png,strange\n", "line 2: expected the label normal or abnormal, found 'strange'"),
        ("file,label\na.png,not_assessable\n", "line 2: expected the label"),
        ("file,label\na.png,\n", "line 2: expected a value for label"),
    ],
)
def test_a_table_that_does_not_answer_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ManifestError, match=re.escape(complaint)):
        known_answers.read(text.encode())


def test_cases_are_drawn_with_all_of_their_cells() -> None:
    pictures = [known(1, case="A"), known(2, case="B"), known(3, case="A"), known(4, case="C")]
    for lots in range(5):
        drawn = known_answers.draw(pictures, 2, Random(lots))
        names = {picture.answer.case for picture in drawn}
        assert len(names) == 2
        assert drawn == [picture for picture in pictures if picture.answer.case in names]
    assert known_answers.draw(pictures, 9, Random(1)) == pictures


def test_a_file_without_an_answer_is_a_case_by_its_name() -> None:
    pattern = re.compile(r"(?P<case>.+)_c(?P<cell>\d+)$")
    assert known_answers.cell_of("P001_c2.png", pattern) == ("P001", "2")
    assert known_answers.cell_of("scan.png", pattern) == ("scan", "1")
