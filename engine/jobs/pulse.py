"""A pulse: something small done again and again beside the main work, for as long as that lasts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from redis.exceptions import RedisError

from engine.jobs.stream import StreamLostError

_log = logging.getLogger(__name__)


@contextmanager
def pulse(action: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call ``action`` in a thread, now and every so many seconds, until the block is left.

    A Redis that is away only skips a beat: the main work meets the same trouble and deals with it.
    """
    stop = Event()

    def keep_going() -> None:
        while True:
            try:
                action()
            except (RedisError, StreamLostError) as error:
                _log.debug("a beat was skipped: %s", error)
            if stop.wait(seconds):
                return

    thread = Thread(target=keep_going, name="pulse", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
