"""What we rely on in pandas 3: real strings, copies on write, and times as exact as Python's."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd


def test_text_has_a_type_of_its_own_in_which_none_is_missing() -> None:
    frame = pd.DataFrame({"file": ["a.png", None]})
    assert isinstance(frame["file"].dtype, pd.StringDtype)
    assert frame["file"].isna().tolist() == [False, True]


def test_a_column_taken_out_is_a_copy_when_it_is_written_to() -> None:
    frame = pd.DataFrame({"votes": [1, 2, 3]})
    votes = frame["votes"]
    votes.iloc[0] = 99
    assert frame["votes"].tolist() == [1, 2, 3]


def test_times_keep_their_zone_and_every_microsecond() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    column = pd.Series([moment])
    assert str(column.dtype) == "datetime64[us, UTC]"
    assert column.iloc[0].to_pydatetime() == moment


def test_a_missing_number_is_not_turned_into_zero() -> None:
    column = pd.Series([0.25, None], dtype="float64")
    assert column.isna().tolist() == [False, True]
    assert not (column.iloc[1] <= 1.0)
