"""What the quality of the reading is told by, over both databases."""

from __future__ import annotations

from sqlalchemy import Engine

from engine.figures import quality
from engine.figures.quality import Reader, Sample
from engine.figures.shares import Share
from engine.records.database import open_session
from engine.reviews import Call, Opinion
from tests.engine.figures.test_overview import ABNORMAL, FLAGGED, NORMAL, PERIOD, SCREENED, TEO, TOVE, judge, sign


def test_nothing_has_no_quality(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        assert quality.sample(session, PERIOD) == Sample(0, 0, 0, 0)
        assert quality.missed(session, PERIOD, 5) == []
        assert quality.calls(session, PERIOD) == {}
        assert quality.readers(session, PERIOD) == []
    assert quality.two_readers({}) is None


def test_the_sample_shows_what_was_missed(sql_engine: Engine) -> None:
    first, second, third, flagged = judge(sql_engine, *[SCREENED] * 3, FLAGGED)
    sign(sql_engine, first, ABNORMAL, ABNORMAL)
    sign(sql_engine, second, NORMAL, ABNORMAL, NORMAL)
    sign(sql_engine, third, NORMAL)
    sign(sql_engine, flagged, ABNORMAL, ABNORMAL)
    with open_session(sql_engine) as session:
        assert quality.sample(session, PERIOD) == Sample(screened=3, drawn=3, waiting=1, signed=2)
        assert [karyogram.id for karyogram in quality.missed(session, PERIOD, 5)] == [first.id]
        assert quality.missed(session, PERIOD.before(PERIOD.width), 5) == []
        calls = quality.calls(session, PERIOD)
        readers = quality.readers(session, PERIOD)
    assert calls == {(Call.ABNORMAL, Call.ABNORMAL): 2, (Call.NORMAL, Call.ABNORMAL): 1}
    assert readers == [
        Reader(TEO.name, read=3, found=Share(2, 2, 1), alarms=Share(1, 1, 1), overrides=2),
        Reader(TOVE.name, read=4, found=Share(2, 2, 1), alarms=Share(0, 1, 1), overrides=1),
    ]


def test_who_called_an_abnormal_one_normal_overlooked_it(sql_engine: Engine) -> None:
    (karyogram,) = judge(sql_engine, FLAGGED)
    sign(sql_engine, karyogram, NORMAL, ABNORMAL, Opinion(Call.ABNORMAL))
    with open_session(sql_engine) as session:
        teo, tove = quality.readers(session, PERIOD)
    assert (tove.found, tove.overrides) == (Share(0, 1, 1), 1)
    assert (teo.found, teo.overrides) == (Share(1, 1, 1), 0)
