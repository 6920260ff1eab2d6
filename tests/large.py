"""A large simulated record store, to measure with: ``python -m tests.large URL --karyograms 100000 --batches 2000``.

It holds what a laboratory has after twelve months: batches of cases of cells, verdicts of two models, decisions of two
readers with disagreements and amendments, the quality sample, failures and refused files. For a week the scanner is
out of focus, so that a drift is there to be found. Everything is drawn from the seed and called simulated; the
pictures are the few of the sample batch, shared by their hash.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any

import numpy as np
from PIL import Image
from sqlalchemy import Engine, Table, func, insert, select, text

from engine import reviews
from engine.records import database, schema, turns
from engine.vocabulary import KaryogramState, ProblemKind
from models.judging.triage import TriageOutcome
from tests import large_decisions
from tests.large_decisions import Readers, Subject
from tests.large_verdicts import MODELS, PASSES, Kind, pools
from tests.servers import REPOSITORY

_TABLES = (schema.batches, schema.cases, schema.karyograms, schema.problems, schema.verdicts, schema.decisions)
_BATCHES_A_COMMIT = 100
_DAYS = 365
_BLURRED_DAYS = range(8, 15)  # days ago
_PREVALENCE = 0.12
_FAILED = 0.002
_SHADOWED = 0.2  # of the batches are judged by the other model too
_SAMPLES = REPOSITORY / "dashboard" / "samples"

Rows = dict[Table, list[dict[str, Any]]]


@dataclass(frozen=True)
class _Picture:
    """One picture of the sample batch, as it stands in the store."""

    sha256: str
    karyotype: str
    abnormal: bool
    width: int
    height: int


class _Laboratory:
    """Draws batch after batch."""

    def __init__(self, pictures: list[_Picture], seed: int, first_decision: int, now: datetime) -> None:
        self._generator, self._now = np.random.default_rng(seed), now
        self._pools = pools(seed)
        self._readers = Readers(self._generator, first_decision, now)
        self._pictures = {truth: [each for each in pictures if each.abnormal is truth] for truth in (False, True)}

    def batch(self, number: int, size: int, created: datetime, judged: int) -> Rows:
        """Draw a batch of ``size`` karyograms of which the first ``judged`` have their verdict."""
        rows: Rows = defaultdict(list)
        first_choice = MODELS[int(self._generator.random() < 0.2)]
        models = [first_choice, *(model for model in MODELS if model != first_choice)]
        shadowed = bool(self._generator.random() < _SHADOWED)
        batch_id, name = self._id(), f"Simulated {created:%Y-%m-%d} no. {number}"
        rows[schema.batches].append(
            {"id": batch_id, "name": name, "model": models[0], "passes": PASSES, "created_at": created}
        )
        while len(rows[schema.karyograms]) < size:
            self._case(rows, batch_id, created, models[: 1 + shadowed], size)
        for waiting in rows[schema.karyograms][judged:]:
            self._let_wait(rows, waiting)
        if self._generator.random() < 0.1:
            rows[schema.problems].append(_problem(batch_id, created))
        return rows

    def _case(self, rows: Rows, batch_id: str, created: datetime, models: list[str], size: int) -> None:
        number = len(rows[schema.cases]) + 1
        case = {"id": self._id(), "batch_id": batch_id, "name": f"simulated-{number:03d}"}
        rows[schema.cases].append(case)
        choice = self._pictures[bool(self._generator.random() < _PREVALENCE)]
        picture = choice[int(self._generator.integers(len(choice)))]
        cells = min(int(self._generator.integers(3, 8)), size - len(rows[schema.karyograms]))
        for cell in range(1, cells + 1):
            moment = created + timedelta(milliseconds=len(rows[schema.karyograms]))
            karyogram = _karyogram(self._id(), case, cell, picture, moment)
            rows[schema.karyograms].append(karyogram)
            self._judge(rows, karyogram, picture, models)

    def _judge(self, rows: Rows, karyogram: dict[str, Any], picture: _Picture, models: list[str]) -> None:
        """Add the verdicts, whose turn it is, and what people have decided since."""
        if self._generator.random() < _FAILED:
            failed = {"state": KaryogramState.FAILED, "failure": "simulated: the engine stopped three times"}
            karyogram.update(failed | turns.OF_FAILED)
            self._read(rows, karyogram, picture, None)
            return
        moment = karyogram["created_at"] + timedelta(seconds=3 + 0.1 * len(rows[schema.verdicts]))
        blurred = (self._now - moment).days in _BLURRED_DAYS
        made = [self._verdict(karyogram, Kind(model, picture.abnormal, blurred), moment) for model in models]
        rows[schema.verdicts].extend(made)
        outcome = made[0]["outcome"]
        screened = outcome is TriageOutcome.SCREENED_NORMAL
        sampled = screened and reviews.is_sampled(karyogram["id"], reviews.QUALITY_SHARE)
        karyogram["state"], karyogram["sampled"] = KaryogramState.JUDGED, sampled
        karyogram["review"] = reviews.after_verdict(outcome, sampled=sampled)
        karyogram["risk"] = reviews.risk(outcome, made[0]["calibrated_probability"])
        if karyogram["review"] is reviews.Review.FIRST:
            self._read(rows, karyogram, picture, made[0])

    def _verdict(self, karyogram: dict[str, Any], kind: Kind, moment: datetime) -> dict[str, Any]:
        pool = self._pools[kind]
        own = {"karyogram_id": karyogram["id"], "image_sha256": karyogram["image_sha256"], "created_at": moment}
        return pool[int(self._generator.integers(len(pool)))] | own

    def _read(self, rows: Rows, karyogram: dict[str, Any], picture: _Picture, verdict: dict[str, Any] | None) -> None:
        model, outcome = (verdict["model"], verdict["outcome"]) if verdict else (None, None)
        since = verdict["created_at"] if verdict else karyogram["created_at"]
        made = self._readers.decide(
            Subject(karyogram["id"], picture.karyotype, picture.abnormal, model, outcome, since)
        )
        karyogram["review"] = reviews.after_decisions(made)
        rows[schema.decisions].extend(map(large_decisions.row, made))

    def _let_wait(self, rows: Rows, karyogram: dict[str, Any]) -> None:
        """Take back what was said of a karyogram."""
        for table in (schema.verdicts, schema.decisions):
            rows[table] = [row for row in rows[table] if row["karyogram_id"] != karyogram["id"]]
        waiting = {"state": KaryogramState.QUEUED, "review": reviews.Review.WAITING, "risk": None}
        karyogram.update(waiting | {"sampled": False, "failure": None})

    def sizes(self, karyograms: int, batches: int) -> list[int]:
        """Draw how many karyograms each batch has, at least one each and exactly ``karyograms`` in all."""
        shares = self._generator.lognormal(0, 0.7, batches)
        ends = np.floor(np.cumsum(shares) / shares.sum() * (karyograms - batches) + 0.5).astype(int)
        return [int(size) for size in np.diff(ends, prepend=0) + 1]

    def times(self, batches: int) -> list[datetime]:
        """Draw when the batches came, on working days, earliest first; the last three within the last two hours."""
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        found = [self._now - timedelta(minutes=minutes) for minutes in (110, 50, 1)[-batches:]]
        while len(found) < batches:
            days, hour = int(self._generator.integers(_DAYS)), float(self._generator.triangular(6, 10, 17))
            moment = midnight - timedelta(days=days) + timedelta(hours=hour)
            if moment.isoweekday() < 6 and moment < self._now - timedelta(minutes=5):
                found.append(moment)
        return sorted(found)

    def _id(self) -> str:
        return self._generator.bytes(16).hex()


def _karyogram(key: str, case: dict[str, Any], cell: int, picture: _Picture, moment: datetime) -> dict[str, Any]:
    return {
        "id": key,
        "batch_id": case["batch_id"],
        "case_id": case["id"],
        "cell": str(cell),
        "file_name": f"{case['name']}_c{cell}.png",
        "page": 0,
        "image_sha256": picture.sha256,
        "width": picture.width,
        "height": picture.height,
        "failure": None,
        "risk": None,
        "sampled": False,
        "created_at": moment,
    }


def _problem(batch_id: str, moment: datetime) -> dict[str, Any]:
    message = "simulated: expected a PNG, JPEG or TIFF picture"
    own = {"batch_id": batch_id, "created_at": moment, "duplicate_of": None}
    return {**own, "file_name": "notes.txt", "kind": ProblemKind.NOT_AN_IMAGE, "message": message}


def _add_pictures(engine: Engine) -> list[_Picture]:
    """Put the pictures of the sample batch into the store, and return them."""
    with (_SAMPLES / "labels.csv").open(encoding="utf-8") as file:
        labels = list(csv.DictReader(file))
    pictures, rows = [], []
    for label in labels:
        path = _SAMPLES / label["file"]
        data = path.read_bytes()
        with Image.open(path) as image:
            size = image.size
        digest = sha256(data).hexdigest()
        pictures.append(_Picture(digest, label["karyotype"], label["label"] == "abnormal", *size))
        rows.append({"sha256": digest, "bytes": data, "media_type": "image/png", "size": len(data)})
    with engine.begin() as connection:
        known = set(connection.scalars(select(schema.pictures.c.sha256)))
        new = [row for row in rows if row["sha256"] not in known]
        if new:
            connection.execute(insert(schema.pictures), new)
    return pictures


def fill(engine: Engine, karyograms: int, batches: int, seed: int, now: datetime) -> None:
    """Fill a migrated record store.

    Args:
        engine: of the store; what is in it stays.
        karyograms: how many there are to be, at least one a batch.
        batches: in how many batches.
        seed: of everything that is drawn.
        now: the end of the twelve months, timezone-aware.
    """
    pictures = _add_pictures(engine)
    with engine.connect() as connection:
        first = (connection.scalar(select(func.max(schema.decisions.c.id))) or 0) + 1
    laboratory = _Laboratory(pictures, seed, first, now)
    made = _batches(laboratory, karyograms, batches)
    while part := list(islice(made, _BATCHES_A_COMMIT)):
        _keep(engine, part)
    _make_ready(engine)


def _batches(laboratory: _Laboratory, karyograms: int, batches: int) -> Iterator[Rows]:
    sizes, times = laboratory.sizes(karyograms, batches), laboratory.times(batches)
    for number, (size, created) in enumerate(zip(sizes, times, strict=True), 1):
        judged = size // 2 if number == batches else size  # the newest batch is being judged
        yield laboratory.batch(number, size, created, judged)


def _keep(engine: Engine, part: list[Rows]) -> None:
    with engine.begin() as connection:
        for table in _TABLES:
            rows = [row for rows in part for row in rows[table]]
            if rows:
                connection.execute(insert(table), rows)


def _make_ready(engine: Engine) -> None:
    """Let new decisions be numbered after these, and let the database know what it holds."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            newest = "SELECT setval(pg_get_serial_sequence('decisions', 'id'), max(id)) FROM decisions"
            connection.execute(text(newest))
        connection.execute(text("ANALYZE"))


def main() -> None:
    """Read the command line and fill a store."""
    parser = argparse.ArgumentParser(description="Fill a record store with a year of simulated work.")
    parser.add_argument("url", help="such as sqlite:///data/large.db")
    parser.add_argument("--karyograms", type=int, default=100_000)
    parser.add_argument("--batches", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    engine = database.connect(chosen.url)
    database.upgrade(engine)
    start = time.perf_counter()
    fill(engine, chosen.karyograms, chosen.batches, chosen.seed, datetime.now(UTC))
    print(f"{chosen.karyograms:,} simulated karyograms in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
