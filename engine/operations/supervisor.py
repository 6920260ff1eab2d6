"""Runs the parts of one computer together and stops them together: honcho's manager, made safe against signals."""

from __future__ import annotations

import select
import shlex
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Final, TextIO

from honcho.manager import Manager  # type: ignore[import-untyped]
from honcho.printer import Message, Printer  # type: ignore[import-untyped]

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_SECONDS: Final = 30.0


class Supervisor(Manager):  # type: ignore[misc]
    """Honcho's manager with signal handlers that set a flag and nothing else.

    Honcho alone works inside its handlers: a signal that comes while the parts still start finds no process ids and
    leaves orphans, one that comes while a line is printed breaks the print. It does not know SIGHUP (a closed
    terminal) at all, and kills five seconds after the first part has stopped, which is less than an engine may
    need for the batch in its hands. When one part ends by itself, the others are stopped too, as honcho does it.
    """

    def __init__(
        self, output: TextIO, on_start: Callable[[], None] = lambda: None, patience: float = PATIENCE_SECONDS
    ) -> None:
        """Prepare.

        Args:
            output: where the lines of all parts go.
            on_start: called once, after the parts have been started; it may start a thread, as nothing forks later.
            patience: seconds that a part has between SIGTERM and SIGKILL.
        """
        super().__init__(_PatientPrinter(output))
        self.stop_requested = False
        self._output = output
        self._on_start = on_start
        self._patience = patience
        self._deadline = float("inf")

    def add(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Add a part: its name in the log, its command line, its whole environment and its working folder."""
        # exec: the part takes the shell's place, so that its exit code and its signals are its own
        self.add_process(name, f"exec {shlex.join(command)}", env=dict(environment), cwd=str(folder))

    def terminate(self) -> None:
        """Ask every part to stop; whoever has not done so when the patience is over is killed."""
        self._deadline = min(self._deadline, time.monotonic() + self._patience)
        super().terminate()

    def kill(self) -> None:
        """Kill the parts that are left, unless they still have time."""
        if time.monotonic() > self._deadline:
            super().kill()

    def _start(self) -> None:
        # The helper processes that honcho starts inherit what is ignored here. A Ctrl-C or a closed terminal reaches
        # the whole process group: it must stop this process alone, which then stops the others in order.
        for each in (signal.SIGINT, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._note_signal)
        super()._start()
        for each in STOP_SIGNALS:
            signal.signal(each, self._note_signal)
        self._on_start()

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop_requested = True

    def _all_started(self) -> bool:
        """Honcho asks this in every turn of its loop: here the flag is acted upon."""
        started = bool(super()._all_started())
        if _is_gone(self._output):  # never "requested or gone": a signal in between would be written over
            self.stop_requested = True
        if started and self.stop_requested:
            self.terminate()
            self.kill()
        return started


def _is_gone(output: TextIO) -> bool:
    """Say whether nobody reads any more: a terminal may close without a signal to those who are not its leader."""
    poll = select.poll()
    poll.register(output.fileno(), 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))


class _PatientPrinter(Printer):  # type: ignore[misc]
    """A printer that outlives its terminal: when that is gone, the parts must still be stopped in order."""

    def write(self, message: Message) -> None:
        with suppress(OSError):
            super().write(message)
