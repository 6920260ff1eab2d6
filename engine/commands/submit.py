"""``python -m engine submit``: hand in files, folders and ZIP files from the shell."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import redis
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

from engine.commands import tables, wishes
from engine.commands.waiting import wait
from engine.commands.wishes import Wishes
from engine.files.folders import Selection, opened, select
from engine.intake.intake import FileResult, IncomingFile, Intake
from engine.jobs.stream import JobStream, connect_redis
from engine.records import reports
from engine.records.database import connect, open_session, upgrade
from engine.settings import Settings
from engine.vocabulary import Batch, KaryogramState, Priority
from models.judging.triage import TriageOutcome

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_INTERRUPTED: Final = 130  # what shells expect of a program that Ctrl-C ended
_NAMED: Final = 5

_DESCRIPTION: Final = """\
Hand in pictures (PNG, JPEG, BMP, TIFF), ZIP files of these, and folders of both as one batch.

Of a folder, with all folders in it, pictures, ZIP files and manifest.csv are taken; a file named by itself is taken
whatever it is. Case and cell come from the file name (P001_c2.png is cell 2 of case P001), else from a manifest.csv
with the columns file, case_id and, if wanted, cell; else each file is a case of its own. A file that cannot be used
is told in the end and stops nothing; the same picture again, for the same model and passes, counts as such.
"""
_EPILOG: Final = "exit code: 0 all is well, 1 a file was refused or a karyogram failed, 2 nothing could be submitted"


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "submit",
        help="hand in files, folders and ZIP files as one batch",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a file, a folder or a ZIP file")
    wishes.add_arguments(parser)
    parser.add_argument("--name", help="name of the batch (default: the name of the first path)")
    parser.add_argument("--wait", action="store_true", help="wait until every karyogram of the batch is done")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Submit, and tell what became of it.

    Args:
        args: from the parser of ``add_parser``.
        settings: of this process.

    Returns:
        The exit code, as the epilogue of the help says, or 130 when Ctrl-C ended the waiting.

    Raises:
        OSError: a path is wrong, or a file named by itself cannot be read.
        UnknownModelError: there is no such model.
        redis.exceptions.ConnectionError: Redis is away.
        sqlalchemy.exc.OperationalError: the record store is away.
    """
    selections = _select(args.paths)
    wish = Wishes.read(args, settings)
    with _reach(settings) as (engine, client):
        intake = Intake(engine, JobStream(client), settings)
        name, now = args.name or _default_name(args.paths), datetime.now(UTC)
        batch = intake.open_batch(name, wish.model, wish.passes, now, priority=wish.priority)
        # told at once and in one line, so that a script has the id whatever happens next
        urgent = ", urgent" if batch.priority is Priority.URGENT else ""
        print(f"batch {batch.id} {batch.name!r}: model {batch.model}, {batch.passes} passes{urgent}", flush=True)
        with _bars() as bars:
            results = _send(intake, batch, selections, bars)
            interrupted = args.wait and not wait(engine, client, batch, bars)
        code = _tell(engine, batch, results, _remarks(batch, results, selections))
    return _INTERRUPTED if interrupted else code


def _select(paths: Sequence[Path]) -> list[Selection]:
    """Find every file before anything is sent, so that a wrong path changes nothing."""
    selections = [select(path) for path in paths]
    if not any(selection.files for selection in selections):
        raise FileNotFoundError(f"no picture, ZIP file or manifest in {', '.join(map(str, paths))}")
    return selections


@contextmanager
def _reach(settings: Settings) -> Iterator[tuple[Engine, redis.Redis]]:
    """Connect to the record store and to Redis; both must answer before a batch is opened."""
    engine = connect(settings.database_url)
    try:
        with connect_redis(settings.redis_url) as client:
            client.ping()
            upgrade(engine)
            yield engine, client
    finally:
        engine.dispose()


def _default_name(paths: Sequence[Path]) -> str:
    first = paths[0].resolve().name
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


def _bars() -> Progress:
    """Progress bars on the error stream, so that the output stays fit for a pipe."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    note = TextColumn("{task.fields[note]}", markup=False)
    return Progress(*columns, note, console=Console(stderr=True), redirect_stdout=False, redirect_stderr=False)


def _send(intake: Intake, batch: Batch, selections: Sequence[Selection], bars: Progress) -> list[FileResult]:
    """Take in every file; the manifests of one folder do not speak of the files of another."""
    results: list[FileResult] = []
    bar = bars.add_task("Submitting", total=sum(len(selection.files) for selection in selections), note="")

    def counted(selection: Selection) -> Iterator[IncomingFile]:
        for file in opened(selection.files):
            yield file
            bars.advance(bar)

    for selection in selections:
        for result in intake.process(batch, counted(selection), datetime.now(UTC)):
            bars.update(bar, note=result.file_name)
            results.append(result)
    bars.update(bar, note="")
    return results


def _tell(engine: Engine, batch: Batch, results: Sequence[FileResult], remarks: Sequence[str]) -> int:
    """Print the tables; 1 if anything was refused or failed, else 0."""
    problems = [result.problem for result in results if result.problem]
    with open_session(engine) as session:
        pairs = reports.judged(session, batch.id)
    failed = [karyogram for karyogram, _ in pairs if karyogram.state is KaryogramState.FAILED]
    by_outcome = Counter(verdict.outcome for _, verdict in pairs if verdict)
    by_outcome[TriageOutcome.FAILED] += len(failed)
    console = Console(soft_wrap=True)
    console.print(tables.outcomes(by_outcome, len(pairs) - by_outcome.total(), len(problems)))
    if problems:
        console.print(tables.problems(problems))
    if failed:
        console.print(tables.failures(failed))
    for remark in remarks:
        console.print(tables.plain(remark))
    return int(bool(problems or failed))


def _remarks(batch: Batch, results: Sequence[FileResult], selections: Sequence[Selection]) -> list[str]:
    """What else there is to know."""
    remarks = []
    left_aside = [path.name for selection in selections for path in selection.left_aside]
    if left_aside:
        names = ", ".join(left_aside[:_NAMED]) + (", ..." if len(left_aside) > _NAMED else "")
        remarks.append(f"Left alone, no pictures ({len(left_aside)}): {names}")
    if not all(result.queued for result in results):
        remarks.append("Redis was lost on the way: the engines will find the rest of the batch by themselves")
    remarks.append(f"Every figure: python -m engine export {batch.id} --csv FILE")
    return remarks
