"""Reception: an upload goes through the intake in a thread of its own, so that it ends even when its page is closed.

Streamlit stops the script of a page as soon as its browser is gone. A batch cut short by that would look complete.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.files.cases import manifests_first
from engine.intake.intake import IncomingFile, Intake
from engine.vocabulary import Batch

_LOOKS_EVERY = 0.2  # seconds

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tally:
    """How far an upload is: files begun, karyograms accepted, files refused."""

    begun: int = 0
    accepted: int = 0
    refused: int = 0


class Reception:
    """One upload on its way through the intake. ``error`` is what broke it off, once it has ended; else ``None``."""

    def __init__(self, intake: Intake, batch: Batch, files: Sequence[IncomingFile], now: datetime) -> None:
        """Begin at once; see ``Intake.process`` for the arguments. The files are held until the end."""
        self.tally = Tally()
        self.error: Exception | None = None
        # not a daemon: a dashboard that is told to stop ends the upload first
        self._thread = threading.Thread(
            target=self._run, args=(intake, batch, files, now), name=f"reception-{batch.id[:8]}"
        )
        self._thread.start()

    def watch(self) -> Iterator[Tally]:
        """Tell several times a second how far it is, until it has ended; whoever stops watching does not stop it."""
        while self._thread.is_alive():
            yield self.tally
            self._thread.join(_LOOKS_EVERY)

    def _run(self, intake: Intake, batch: Batch, files: Sequence[IncomingFile], now: datetime) -> None:
        try:
            for result in intake.process(batch, self._counted(files), now):
                self.tally = replace(
                    self.tally,
                    accepted=self.tally.accepted + len(result.karyograms),
                    refused=self.tally.refused + (result.problem is not None),
                )
        except Exception as error:
            _log.exception("batch %s broke off at file %d of %d", batch.id, self.tally.begun, len(files))
            self.error = error

    def _counted(self, files: Sequence[IncomingFile]) -> Iterator[IncomingFile]:
        for file in manifests_first(files, lambda file: file.name):
            self.tally = replace(self.tally, begun=self.tally.begun + 1)
            yield file
