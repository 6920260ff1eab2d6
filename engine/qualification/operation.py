"""Operation qualification: the shipped samples on their real way, in a place of its own that is thrown away after.

Intake, job stream, engine, record store and backup are those of every day; only the record store is a new SQLite file
and Redis an embedded one, so that nothing of a trial ever stands among the laboratory's own.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import Final

import redis
from sqlalchemy import Engine, text

from engine.files.folders import opened, select
from engine.intake.intake import Intake
from engine.jobs.pace import Pace
from engine.jobs.stream import JobStream, connect_redis
from engine.operations import checks, valkey
from engine.people import NotAllowedError, Person, Role
from engine.qualification.expectation import Expectation, Seen
from engine.qualification.step import Result, Step, attempt, passed_if
from engine.records import backup, reports
from engine.records.database import connect, open_session, upgrade
from engine.settings import Settings
from engine.vocabulary import Batch, ProblemKind
from engine.worker.judging import Predictor
from engine.worker.worker import Worker
from models import pictures
from models.pictures import Limits
from models.registry import Registry, WeightsHashError

_STRANGER: Final = Person("Trial (read only)", Role.READ_ONLY)
_CHANGE: Final = (
    "UPDATE verdicts SET calibrated_probability = 0.123 WHERE karyogram_id = (SELECT min(id) FROM karyograms)"
)


@dataclass(frozen=True)
class Trial:
    """A trial system: its settings, its record store, its Redis, the model, and how many passes it makes."""

    settings: Settings
    engine: Engine
    client: redis.Redis
    model: str
    passes: int

    @property
    def intake(self) -> Intake:
        """Takes files in, as the shell does."""
        return Intake(self.engine, JobStream(self.client), self.settings)


@dataclass(frozen=True)
class Operation:
    """How the trial went: its steps, and what the model said of each sample."""

    steps: list[Step]
    seen: dict[str, Seen]


def examine(
    settings: Settings,
    samples: Path,
    model: str,
    load: Callable[[str], Predictor],
    expectation: Expectation | None,
) -> Operation:
    """Try everything out with the samples.

    Args:
        settings: of this process; its record store and its Redis are left alone.
        samples: a folder of pictures.
        model: the model in use.
        load: from a model's name to the model.
        expectation: what these weights must say of the samples; None where nobody has written it down.
    """
    with tempfile.TemporaryDirectory(prefix="karyotriage-qualify-") as folder:
        place = Path(folder)
        with _trial(settings, place, model) as trial:
            batch, sent = _send(trial, samples)
            _judge(trial, load)
            seen = _seen(trial, batch)
            steps = [
                passed_if(len(seen) == sent, "Samples taken in and judged", f"{sent}, none failed", f"{len(seen)}"),
                *_compared(seen, expectation),
                *_trust(trial, samples, batch, place),
            ]
    return Operation(steps, seen)


@contextmanager
def _trial(settings: Settings, place: Path, model: str) -> Iterator[Trial]:
    with ExitStack() as stack:
        url = stack.enter_context(valkey.running(_free_port(), place / "valkey"))
        client = stack.enter_context(connect_redis(url))
        engine = connect(f"sqlite:///{place}/trial.db")
        stack.callback(engine.dispose)
        upgrade(engine)
        JobStream(client).ensure_group()
        yield Trial(settings, engine, client, model, settings.default_passes)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((valkey.HOST, 0))
        return int(probe.getsockname()[1])


def _send(trial: Trial, samples: Path) -> tuple[Batch, int]:
    now, files = datetime.now(UTC), select(samples).files
    batch = trial.intake.open_batch("Qualification (simulated)", trial.model, trial.passes, now)
    pictures_sent = [file for file in files if file.name.endswith(".png")]
    trial.intake.receive(batch, opened(pictures_sent), now)
    return batch, len(pictures_sent)


def _judge(trial: Trial, load: Callable[[str], Predictor]) -> None:
    limits = Limits(max_pixels=trial.settings.max_pixels, min_side=trial.settings.min_side)
    decode = partial(pictures.page, limits=limits)
    pace = Pace(micro_batch=trial.settings.micro_batch, block_ms=0)
    with Worker(trial.engine, trial.client, load, pace=pace, decode=decode) as worker:
        worker.drain(Event())


def _seen(trial: Trial, batch: Batch) -> dict[str, Seen]:
    """What the model said of each sample, by the name of its file."""
    seen = {}
    with open_session(trial.engine) as session:
        for karyogram, verdict in reports.judged(session, batch.id):
            if verdict is not None:
                seen[karyogram.file_name] = Seen(verdict.outcome, verdict.measures.calibrated_probability)
    return seen


def _compared(seen: dict[str, Seen], expectation: Expectation | None) -> Iterator[Step]:
    for name in sorted(seen.keys() | (expectation.samples.keys() if expectation else set())):
        what, found = f"Sample {name} (simulated)", seen.get(name)
        if expectation is None or name not in expectation.samples:
            told = found.in_words() if found else "no verdict"
            yield Step(what, "not written down for these weights", told, Result.NOT_COMPARED)
        else:
            asked = expectation.samples[name]
            fits = found is not None and expectation.fits(asked, found)
            yield passed_if(fits, what, asked.in_words(), found.in_words() if found else "no verdict")


def _trust(trial: Trial, samples: Path, batch: Batch, place: Path) -> Iterator[Step]:
    """Try what keeps the records trustworthy."""
    yield attempt("The same pictures once more", "each refused as a duplicate", lambda: _again(trial, samples))
    yield attempt(
        "A person who may only read opens a batch", "refused", lambda: _intrude(trial), refused=NotAllowedError
    )
    yield attempt(
        "Weights with another hash are loaded", "refused", lambda: _forge(trial, place), refused=WeightsHashError
    )
    yield attempt("Check of every hash, reference and entry", "no fault", lambda: _check(trial.engine))
    yield attempt("Backup, and restoring it elsewhere", "the same rows, no fault", lambda: _restore(trial, place))
    yield attempt("A figure of a verdict is changed by SQL", "the check names it", lambda: _tamper(trial.engine))


def _again(trial: Trial, samples: Path) -> str:
    now = datetime.now(UTC)
    batch = trial.intake.open_batch("Once more", trial.model, trial.passes, now)
    files = [file for file in select(samples).files if file.name.endswith(".png")]
    report = trial.intake.receive(batch, opened(files), now)
    refused = [problem for problem in report.problems if problem.kind is ProblemKind.DUPLICATE]
    if report.accepted or len(refused) != len(files):
        raise ValueError(f"{len(report.accepted)} were taken in again")
    return f"{len(refused)} refused"


def _intrude(trial: Trial) -> str:
    intake = Intake(trial.engine, JobStream(trial.client), trial.settings, _STRANGER)
    return intake.open_batch("not allowed", trial.model, trial.passes, datetime.now(UTC)).id


def _forge(trial: Trial, place: Path) -> str:
    own = Registry(trial.settings.registry)
    forged = Registry(place / "registry")
    target = forged.folder / trial.model
    target.mkdir(parents=True)
    for file in (own.folder / trial.model).glob("*.json"):
        (target / file.name).write_bytes(file.read_bytes())
    (target / own.weights(trial.model).name).write_bytes(b"not the weights of the card")
    return str(forged.weights(trial.model))


def _check(engine: Engine) -> str:
    with open_session(engine) as session:
        faults = list(checks.faults(session))
    if faults:
        raise ValueError(f"{len(faults)} faults, the first: {faults[0].subject}: {faults[0].problem}")
    return "none"


def _restore(trial: Trial, place: Path) -> str:
    file, there = place / "trial.backup", f"sqlite:///{place}/elsewhere/restored.db"
    backup.backup(trial.engine.url.render_as_string(hide_password=False), file)
    backup.restore(file, there)
    restored = connect(there)
    try:
        with open_session(restored) as new, open_session(trial.engine) as old:
            counts: Sequence[dict[str, int]] = checks.sizes(new), checks.sizes(old)
        if counts[0] != counts[1]:
            raise ValueError(f"{counts[0]} instead of {counts[1]}")
        return f"{sum(counts[0].values())} rows, faults: {_check(restored)}"
    finally:
        restored.dispose()


def _tamper(engine: Engine) -> str:
    with engine.begin() as connection:
        connection.execute(text(_CHANGE))
    with open_session(engine) as session:
        (fault,) = checks.faults(session)
    return fault.subject
