"""Progress: a bar in a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from itertools import count

import pytest
from rich.console import Console

from models.training.progress import Reporter


def clock() -> Iterator[float]:
    """Ten seconds pass between two looks at it."""
    return (10.0 * tick for tick in count())


def test_lines_in_the_log_where_there_is_no_terminal(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    written = io.StringIO()
    ticks = clock()
    reporter = Reporter(Console(file=written), lambda: next(ticks))
    with reporter.waiting("simulating"), reporter.stretch("fine", total=80, done=40) as stretch:
        stretch.advance(20)
        stretch.report({"loss": 1.5, "validation AUC": 0.75})
    assert caplog.messages == [
        "simulating",
        "fine: 60 of 80 pictures, 2.0 pictures/s, loss 1.500, validation AUC 0.750",
    ]
    assert written.getvalue() == ""


def test_a_bar_in_a_terminal(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    written = io.StringIO()
    reporter = Reporter(Console(file=written, force_terminal=True, width=160))
    with reporter.waiting("simulating"), reporter.stretch("fine", total=80) as stretch:
        stretch.advance(80)
        stretch.report({"loss": 1.5})
    shown = written.getvalue()
    assert "fine" in shown
    assert "80/80 pictures" in shown
    assert "loss 1.500" in shown
    assert caplog.messages == []
