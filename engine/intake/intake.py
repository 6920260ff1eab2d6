"""Intake: every file is checked by itself, stored, and put on the job stream; a bad one never stops the batch.

The bytes of a file and its rows are kept in one SQL transaction, and only then is its id put on the stream. If the
stream is away, the karyogram stays accepted all the same: the sweep of the engines finds and queues it later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from redis.exceptions import RedisError
from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from engine.files import decoding
from engine.files.cases import CellName, OwnCases, cell_of_page
from engine.files.unpacking import Candidate, IncomingFile, Unpacking
from engine.intake import duplicates, quotas
from engine.intake.quotas import Allowance
from engine.jobs.stream import JobStream
from engine.known_cases import seeding
from engine.names import visible
from engine.people import Action, Person, require
from engine.records import audit, schema, seeds, store
from engine.records.database import open_session
from engine.settings import Settings
from engine.vocabulary import Batch, FileProblem, Karyogram, Priority, ProblemKind
from models.pictures import Limits

__all__ = ["MAX_PASSES", "FileResult", "IncomingFile", "Intake", "IntakeReport"]

MAX_PASSES: Final = 1000
_FIRST_PAGE: Final = 0  # the same bytes have the same pages, so one of them tells about all


@dataclass(frozen=True)
class FileResult:
    """What became of one file: its karyograms, one for each page, or the problem for which it was refused.

    ``queued`` is False when the job stream could not be reached for these karyograms.
    """

    file_name: str
    karyograms: tuple[Karyogram, ...] = ()
    problem: FileProblem | None = None
    queued: bool = True


@dataclass(frozen=True)
class IntakeReport:
    """What became of an upload. ``queued`` is False when the engines will learn of some karyograms only later."""

    accepted: list[Karyogram]
    problems: list[FileProblem]
    queued: bool


class Intake:
    """Takes in files for batches. One object may serve several threads: it keeps nothing between two calls."""

    def __init__(self, engine: Engine, stream: JobStream, settings: Settings, person: Person | None = None) -> None:
        """Use this record store and this stream.

        Args:
            engine: from ``engine.records.database.connect``, with the schema up to date.
            stream: where the engines listen.
            settings: the limits on files and the pattern of case and cell.
            person: who sends the files; None for the shell of the machine.
        """
        self._person = person
        self._engine = engine
        self._stream = stream
        self._settings = settings
        self._limits = Limits(max_pixels=settings.max_pixels, min_side=settings.min_side)

    def open_batch(
        self,
        name: str,
        model: str,
        passes: int,
        now: datetime,
        *,
        priority: Priority = Priority.ROUTINE,
        sent: int | None = None,
    ) -> Batch:
        """Open a batch, empty so far.

        Args:
            name: what people call it; a blank one becomes the time.
            model: name of the model that shall judge it.
            passes: number of passes, 1..1000.
            now: timezone-aware time.
            priority: engines judge urgent batches before all others.
            sent: how many files are on their way, as ``engine.files.preview`` counts them, where that is known.

        Raises:
            ValueError: if the model is blank or the passes are out of range.
            NotAllowedError: the role of the person may not upload.
            QuotaError: too many of their batches are not judged yet.
        """
        if self._person is not None:
            require(self._person, Action.UPLOAD)
        if not model.strip():
            raise ValueError(f"model must be the name of a model, got {model!r}")
        if not 1 <= passes <= MAX_PASSES:
            raise ValueError(f"passes must lie between 1 and {MAX_PASSES}, got {passes!r}")
        with open_session(self._engine) as session:
            if self._person is not None:
                quotas.require_room(session, self._person, self._settings)
            shown = visible(name) or f"Batch of {now:%Y-%m-%d %H:%M}"
            who = self._person.name if self._person else None
            batch = store.add_batch(session, shown, model, passes, now, priority=priority, sent=sent, person=who)
            told = {"name": shown, "model": model, "passes": passes, "priority": priority}
            self._tell(session, now, "open", f"batch {batch.id}", told)
            session.commit()
        return batch

    def receive(self, batch: Batch, files: Iterable[IncomingFile], now: datetime) -> IntakeReport:
        """Take in files and tell in the end what became of them; see ``process`` for arguments and errors."""
        results = list(self.process(batch, files, now))
        return IntakeReport(
            accepted=[karyogram for result in results for karyogram in result.karyograms],
            problems=[result.problem for result in results if result.problem is not None],
            queued=all(result.queued for result in results),
        )

    def process(self, batch: Batch, files: Iterable[IncomingFile], now: datetime) -> Iterator[FileResult]:
        """Take in files one by one and tell after each what became of it.

        Args:
            batch: the batch they belong to.
            files: pictures, ZIP files and manifests. A manifest holds for the files after it: a list is put in order
                here, anything else has to give its manifests first (``engine.files.cases.manifests_first``).
            now: timezone-aware time of arrival.

        Yields:
            One result for each picture and each problem; it is in the record store by then.

        Raises:
            sqlalchemy.exc.OperationalError: if the record store is away; what was told before is kept.
            NotAllowedError: the role of the person may not upload.
        """
        allowance = self._allowance(now)
        stream_is_there, came, own = True, False, OwnCases()
        for found in Unpacking(self._settings).run(files):
            outcome = found if isinstance(found, FileProblem) else self._accept(batch, found, now, allowance, own)
            if isinstance(outcome, FileProblem):
                yield self._refuse(batch, outcome, now)
                continue
            came = True
            # after one failure no further try: each would wait for the same server again
            stream_is_there = stream_is_there and self._wake([karyogram.id for karyogram in outcome], batch.priority)
            yield FileResult(outcome[0].file_name, outcome, queued=stream_is_there)
        if came:
            self._add_known_case(batch, now)

    def _add_known_case(self, batch: Batch, now: datetime) -> None:
        """Put a known case that waits for a batch among the others, if there is one; nobody is told."""
        with open_session(self._engine) as session:
            placed = seeding.place_next(session, batch, now)
            session.commit()
        if placed:
            self._wake([karyogram.id for karyogram in placed], batch.priority)

    def _allowance(self, now: datetime) -> Allowance | None:
        """What the person may still send; None for the shell, which has no limit."""
        if self._person is None:
            return None
        require(self._person, Action.UPLOAD)
        with open_session(self._engine) as session:
            return quotas.allowance(session, self._person, self._settings, now)

    def _refuse(self, batch: Batch, problem: FileProblem, now: datetime) -> FileResult:
        with open_session(self._engine) as session:
            store.add_problem(session, batch.id, problem, now)
            session.commit()
        return FileResult(problem.file_name, problem=problem)

    def _accept(
        self, batch: Batch, file: Candidate, now: datetime, allowance: Allowance | None, own: OwnCases
    ) -> tuple[Karyogram, ...] | FileProblem:
        """Decode every page of a file, then keep bytes and rows together."""
        data = file.read()
        if isinstance(data, FileProblem):
            return data
        too_much = allowance and allowance.refusal(len(data))
        if too_much:
            return FileProblem(file.name, ProblemKind.OVER_LIMIT, too_much)
        found = decoding.pages(file.name, data, self._limits)
        if isinstance(found, FileProblem):
            return found
        with open_session(self._engine) as session:
            sha256 = store.add_picture(session, data, found.media_type)
            earlier = duplicates.find_duplicate(session, sha256, _FIRST_PAGE, batch.model, batch.passes)
            if earlier is not None:
                return _duplicate(session, file.name, earlier)
            cell = file.claims.cell or own.free(file.name, partial(_is_taken, session, batch.id))
            karyograms = _add_karyograms(session, batch, file, cell, sha256=sha256, shapes=found.shapes, now=now)
            for karyogram in karyograms:
                told = {"batch": batch.id, "picture": sha256, "page": karyogram.page}
                self._tell(session, now, "upload", f"karyogram {karyogram.id}", told)
            session.commit()
        if allowance is not None:
            allowance.take(len(data))
        return karyograms

    def _tell(self, session: Session, now: datetime, action: str, subject: str, details: Mapping[str, object]) -> None:
        """Enter into the audit trail what was taken in, and from whom."""
        person = self._person.name if self._person else audit.SHELL
        audit.record(session, now, person=person, action=action, subject=subject, details=details)

    def _wake(self, karyogram_ids: Sequence[str], priority: Priority) -> bool:
        """Tell the engines; False if the stream is away, which the sweep makes good."""
        try:
            self._stream.put(karyogram_ids, priority)
        except RedisError:
            return False
        return True


def _add_karyograms(
    session: Session,
    batch: Batch,
    file: Candidate,
    cell: CellName,
    *,
    sha256: str,
    shapes: Sequence[tuple[int, ...]],
    now: datetime,
) -> tuple[Karyogram, ...]:
    """Add one karyogram for each page; ``shapes`` are (height, width)."""
    seeding.give_way(session, batch.id, cell.case, now)
    case = store.find_or_add_case(session, batch.id, cell.case)
    return tuple(
        store.add_karyogram(
            session,
            batch=batch,
            case=case,
            cell=cell_of_page(cell.cell, page, len(shapes)),
            file_name=file.name,
            page=page,
            image_sha256=sha256,
            width=width,
            height=height,
            now=now,
        )
        for page, (height, width) in enumerate(shapes)
    )


def _is_taken(session: Session, batch_id: str, case: str) -> bool:
    """Tell whether a patient of the batch has a case of this name."""
    table = schema.cases
    same = table.c.batch_id == batch_id, table.c.name == case, seeds.no_known_case(table.c.id)
    return bool(session.scalar(select(exists().where(*same))))


def _duplicate(session: Session, name: str, earlier: Karyogram) -> FileProblem:
    batch = store.batch(session, earlier.batch_id)
    message = f"same bytes as {earlier.file_name!r} of case {earlier.case_name!r} in batch {batch.name!r}"
    return FileProblem(name, ProblemKind.DUPLICATE, message, duplicate_of=earlier.id)
