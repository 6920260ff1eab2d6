"""An outage: Redis or the record store is away, and whoever needs it says so once, waits, and says when it is over."""

from __future__ import annotations

import logging

from engine.errors import one_line

_log = logging.getLogger(__name__)


class Outage:
    """Tells the log of an outage when it begins and when it ends, not at every try in between."""

    def __init__(self) -> None:
        """Begin without one."""
        self._lasts = False

    def met(self, error: BaseException) -> None:
        """A try has failed."""
        if not self._lasts:
            _log.warning("waiting until this is over: %s", one_line(error))
        self._lasts = True

    def over(self) -> None:
        """A try has succeeded."""
        if self._lasts:
            _log.warning("back at work")
        self._lasts = False
