"""How far a training is: one calm bar in a terminal, a plain line in the log now and then elsewhere."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

_log = logging.getLogger(__name__)


class Stretch:
    """Work of a known number of pictures that is being done."""

    def __init__(self, name: str, total: int, done: int, bar: Progress, clock: Callable[[], float]) -> None:
        """Begin; use ``Reporter.stretch``."""
        self._name, self._total, self._done, self._first = name, total, done, done
        self._bar, self._clock, self._started = bar, clock, clock()
        self._task: TaskID = bar.add_task(name, total=total, completed=done, figures="")

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._started

    def advance(self, pictures: int) -> None:
        """So many more pictures are done."""
        self._done += pictures
        self._bar.advance(self._task, pictures)

    def report(self, figures: Mapping[str, float]) -> None:
        """Show how well it goes: beside the bar, or as a line in the log where there is no terminal."""
        text = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        self._bar.update(self._task, figures=text)
        if self._bar.disable:
            speed = (self._done - self._first) / max(self.seconds, 1e-9)
            _log.info("%s: %d of %d pictures, %.1f pictures/s, %s", self._name, self._done, self._total, speed, text)


class Reporter:
    """Tells a person how far a training is."""

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Report to a console; to the standard error output if left out."""
        self._console, self._clock = console or Console(stderr=True), clock

    @contextmanager
    def stretch(self, name: str, total: int, done: int = 0) -> Iterator[Stretch]:
        """Report on a stretch of ``total`` pictures, ``done`` of them before an interruption."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:.0f}/{task.total:.0f} pictures"),
            _Speed(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}"),
        )
        with Progress(*columns, console=self._console, disable=not self._console.is_terminal) as bar:
            yield Stretch(name, total, done, bar, self._clock)

    @contextmanager
    def waiting(self, name: str) -> Iterator[None]:
        """Say what is being done for as long as it takes."""
        if self._console.is_terminal:
            with self._console.status(name):
                yield
        else:
            _log.info("%s", name)
            yield


class _Speed(ProgressColumn):
    def render(self, task: object) -> Text:
        speed = getattr(task, "speed", None)
        return Text("" if speed is None else f"{speed:.1f}/s")
