"""How a command that runs for ever is told to stop."""

from __future__ import annotations

import signal
from threading import Event
from typing import Any


def stop_on_signals() -> Event:
    """Return a flag that SIGTERM and SIGINT set; they do nothing else, so no step is ever torn."""
    stop = Event()

    def handler(*_: Any) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)
    return stop
