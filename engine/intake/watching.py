"""Watching a folder into which a microscope saves its pictures: each is taken in once, as soon as it stops growing.

``FolderWatch.step`` looks once; ``run`` only repeats it. What was sent is remembered by path, size and time of change;
after a restart the record store knows pictures by their bytes. Of these two nothing is lost when a process ends.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from engine.errors import REDIS_AWAY
from engine.files.cases import is_manifest
from engine.files.folders import FoundFile, opened
from engine.files.folders import select as find
from engine.intake import duplicates
from engine.intake.intake import FileResult, IncomingFile, Intake
from engine.jobs.outage import Outage
from engine.names import visible
from engine.records import schema
from engine.records.database import open_session, upgrade
from engine.records.rows import to_batch
from engine.vocabulary import Batch, Priority, ProblemKind

_log = logging.getLogger(__name__)
_AT_ONCE: Final = 50  # files in one step: so long does it take at most to notice that it shall stop


@dataclass(frozen=True)
class Plan:
    """How what is found shall be judged, and what its batches are called.

    ``batch_name`` is a pattern of ``strftime``, in local time: where it names the day, each day has a batch of its own.
    ``settle``: how long a file must look the same before it is taken.
    """

    batch_name: str
    model: str
    passes: int
    priority: Priority = Priority.ROUTINE
    settle: timedelta = timedelta(seconds=10)


@dataclass(frozen=True)
class Step:
    """What one look at the folder led to; ``left`` files have settled and come next."""

    accepted: int = 0
    refused: int = 0
    known: int = 0
    left: int = 0


Look = tuple[int, int]  # of a file: its size in bytes and its time of change in nanoseconds


@dataclass
class _Memory:
    """What was seen of each file and since when, and how the files looked that are dealt with."""

    seen: dict[Path, tuple[Look, datetime]] = field(default_factory=dict)
    done: dict[Path, Look] = field(default_factory=dict)
    unreadable: set[Path] = field(default_factory=set)

    def settled(self, files: Iterable[FoundFile], now: datetime, settle: timedelta) -> list[FoundFile]:
        """Look at all files of the folder; give those that are new and have looked the same for so long."""
        before, self.seen = self.seen, {}
        found = []
        for file in files:
            look = _look(file.path)
            if look is None or self.done.get(file.path) == look:
                continue
            known, since = before.get(file.path, (look, now))
            self.seen[file.path] = (look, since if known == look else now)
            if now - self.seen[file.path][1] >= settle:
                found.append(file)
        return found

    def finish(self, path: Path) -> None:
        """Do not look at a file again unless it changes."""
        self.done[path] = self.seen.pop(path)[0]


class FolderWatch:
    """Takes in what a folder gets."""

    def __init__(self, sql_engine: Engine, intake: Intake, folder: Path, plan: Plan) -> None:
        """Watch this folder, with all folders in it.

        Args:
            sql_engine: the record store; its schema is brought up to date at the first step.
            intake: takes the files in.
            folder: which one.
            plan: see there.
        """
        self._sql = sql_engine
        self._intake = intake
        self._folder = folder
        self._plan = plan
        self._memory = _Memory()
        self._batch: Batch | None = None
        self._upgraded = False

    def step(self, now: datetime) -> Step:
        """Look at the folder once and take in some of the files that have settled.

        Args:
            now: timezone-aware time; settling and the names of batches go by it.

        Raises:
            OSError: the folder cannot be read.
            sqlalchemy.exc.OperationalError: the record store is away; the same files are taken at the next step.
        """
        if not self._upgraded:
            upgrade(self._sql)
            self._upgraded = True
        files = find(self._folder).files
        manifests = [file for file in files if is_manifest(file.name) and self._is_sound(file)]
        pictures = [file for file in files if not is_manifest(file.name)]
        settled = self._memory.settled(pictures, now, self._plan.settle)
        known = {file.path: self._is_known(file) for file in settled[:_AT_ONCE]}
        fresh = [file for file in settled if known.get(file.path) is False]
        before = sum(1 for answer in known.values() if answer)
        if before:
            _log.info("%d files were taken in before", before)
        results = self._send(manifests, fresh, now) if fresh else []
        accepted = sum(len(result.karyograms) for result in results)
        refused = sum(result.problem is not None for result in results)
        return Step(accepted, refused, before, left=len(settled[_AT_ONCE:]))

    def _is_sound(self, manifest: FoundFile) -> bool:
        """Tell whether a manifest has not been refused, or has changed since."""
        return self._memory.done.get(manifest.path) != _look(manifest.path)

    def _is_known(self, file: FoundFile) -> bool | None:
        """Tell whether the picture of a file is in the record store; None for a file that cannot be read yet."""
        try:
            with file.path.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            if file.path not in self._memory.unreadable:
                _log.warning("%s cannot be read and is tried again: %s", file.name, error.strerror or error)
            self._memory.unreadable.add(file.path)
            return None
        self._memory.unreadable.discard(file.path)
        with open_session(self._sql) as session:
            known = duplicates.is_known(session, sha256, self._plan.model, self._plan.passes)
        if known:
            self._memory.finish(file.path)
        return known

    def _send(self, manifests: list[FoundFile], files: list[FoundFile], now: datetime) -> list[FileResult]:
        batch = self._batch_of(now)
        by_name = {file.name: file for file in manifests}
        results = []
        for result in self._intake.process(batch, self._one_by_one(manifests, files), now):
            results.append(result)
            if result.problem is not None:
                _log.warning("%s is refused: %s", result.file_name, result.problem.message)
                if result.problem.kind is ProblemKind.BAD_MANIFEST and result.file_name in by_name:
                    self._refuse(by_name[result.file_name])
        accepted = sum(len(result.karyograms) for result in results)
        _log.info("%d karyograms of %d files are in the batch %r", accepted, len(files), batch.name)
        if not all(result.queued for result in results):
            _log.warning("Redis does not answer: the engines will find these karyograms by themselves")
        return results

    def _refuse(self, manifest: FoundFile) -> None:
        """Do not send a bad manifest again unless it changes."""
        look = _look(manifest.path)
        if look is not None:
            self._memory.done[manifest.path] = look

    def _one_by_one(self, manifests: list[FoundFile], files: list[FoundFile]) -> Iterator[IncomingFile]:
        """Open files in their turn. One is dealt with when the next is asked for: its rows are kept by then."""
        yield from opened(manifests)
        for file in files:
            yield from opened([file])
            self._memory.finish(file.path)

    def _batch_of(self, now: datetime) -> Batch:
        """Return the batch of this moment: the present one, one that an earlier process opened, or a new one."""
        name = visible(now.astimezone().strftime(self._plan.batch_name))
        if self._batch is None or self._batch.name != name:
            plan = self._plan
            self._batch = self._find(name) or self._intake.open_batch(
                name, plan.model, plan.passes, now, priority=plan.priority
            )
        return self._batch

    def _find(self, name: str) -> Batch | None:
        table, plan = schema.batches, self._plan
        alike = (table.c.name == name, table.c.model == plan.model, table.c.passes == plan.passes)
        query = select(table).where(*alike, table.c.priority == plan.priority).order_by(table.c.created_at.desc())
        with open_session(self._sql) as session:
            row = session.execute(query.limit(1)).mappings().first()
        return None if row is None else to_batch(row)

    def run(self, stop: Event, clock: Callable[[], datetime], every: float) -> None:
        """Repeat ``step`` until ``stop`` is set; while the folder or the record store are away, wait for them.

        Args:
            stop: ends the watch after the step at hand.
            clock: gives timezone-aware times.
            every: seconds between two looks at the folder.
        """
        outage = Outage()
        while not stop.is_set():
            left = 0
            try:
                left = self.step(clock()).left
            except (*REDIS_AWAY, OperationalError, OSError) as error:
                outage.met(error)
            else:
                outage.over()
            if not left:
                stop.wait(every)


def _look(path: Path) -> Look | None:
    """How a file looks; None where it has just gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
