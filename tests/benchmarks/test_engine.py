"""How fast an engine is from end to end, and what it needs: ``make bench ARGS="-k engine"``.

A real engine in a process of its own, a real Valkey and SQLite, with the model of ``BENCH_MODEL`` (inceptionv3), judges
simulated pages of 900 x 700 pixels. ``BENCH_PICTURES`` (2000) go through it for its memory, a tenth of them for each
other figure. On two cores, of which the benchmark itself uses a little, it takes about an hour.
"""

from __future__ import annotations

import io
import os
import sqlite3
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import redis
from numpy.typing import NDArray
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, make_url, select

from engine.jobs.heartbeat import EngineState, alive
from engine.jobs.stream import JobStream
from engine.records import database, schema
from models.pictures import page
from models.predicting.predictor import Predictor
from models.registry import default_registry
from models.simulation.karyograms import painted, simulate
from tests import servers
from tests.records import add_batch, karyograms

MODEL = os.environ.get("BENCH_MODEL", "inceptionv3")
PICTURES = int(os.environ.get("BENCH_PICTURES", "2000"))
SOME = max(16, PICTURES // 10)
SINGLE = 40
DIFFERENT = 16  # pages, which come again and again
PASSES = 100
SIZE = (900, 700)  # width and height
PATIENCE = 7200.0  # seconds
STAGES = ("take", "decode", "predict", "store")


@dataclass
class Figures:
    """One table of what was measured."""

    rows: list[tuple[str, str]] = field(default_factory=list)

    def add(self, what: str, figure: str) -> None:
        """Add a line."""
        self.rows.append((what, figure))

    def print(self) -> None:
        """Show them."""
        table = Table("engine", f"{MODEL}, {os.cpu_count()} cores")
        for row in self.rows:
            table.add_row(*row)
        Console(width=120).print(table)


@dataclass(frozen=True)
class Bench:
    """Where engines are measured."""

    url: str
    sql: Engine
    stream: JobStream
    client: redis.Redis
    environment: dict[str, str]

    @contextmanager
    def engine(self, log: Path, cores: Sequence[int] = ()) -> Iterator[int]:
        """Run an engine, on these cores alone where some are named; once it is ready, gives the port of its figures."""
        before, port = {one.engine for one in alive(self.client)}, servers.free_port()
        environment = {**self.environment, "KARYOTRIAGE_METRICS_PORT": str(port)}
        usual = os.sched_getaffinity(0)
        os.sched_setaffinity(0, set(cores) or usual)  # a child begins where its parent is
        try:
            starting = servers.engine(environment, "--model", MODEL, log=log)
            process = starting.__enter__()
        finally:
            os.sched_setaffinity(0, usual)
        with ExitStack() as stack:
            stack.push(starting)
            servers.wait_until(lambda: self._ready(before), seconds=PATIENCE)
            yield port
            servers.stop(process)

    def _ready(self, before: set[str]) -> bool:
        fresh = [one for one in alive(self.client) if one.engine not in before]
        return bool(fresh) and fresh[0].state is EngineState.READY and MODEL in fresh[0].models

    def judge(self, files: Sequence[bytes], count: int) -> float:
        """Hand in so many pictures at once; the seconds until all have a verdict."""
        done = self._judged()
        add_batch(self.sql, *(files[number % len(files)] for number in range(count)), model=MODEL, passes=PASSES)
        waiting = [one.id for one in karyograms(self.sql)]
        start = time.perf_counter()
        self.stream.put(waiting)
        deadline = start + PATIENCE
        while self._judged() < done + count:
            assert time.perf_counter() < deadline, "it took longer than anybody waits"
            time.sleep(0.005)
        return time.perf_counter() - start

    def _judged(self) -> int:
        with self.sql.connect() as connection:
            return connection.scalar(select(func.count()).select_from(schema.verdicts)) or 0


def pages() -> list[NDArray[np.uint8]]:
    """Simulated pages, all of one size."""
    drawn = [
        simulate(np.random.default_rng(seed), painted, 0.3, width=SIZE[0]).page.pixels for seed in range(DIFFERENT)
    ]
    return [np.asarray(Image.fromarray(one).resize(SIZE)) for one in drawn]


def encoded(drawn: Sequence[NDArray[np.uint8]], form: str) -> list[bytes]:
    """The pages as files."""
    files = []
    for one in drawn:
        buffer = io.BytesIO()
        Image.fromarray(one).save(buffer, form, **({"quality": 90} if form == "jpeg" else {}))
        files.append(buffer.getvalue())
    return files


def scraped(port: int) -> dict[str, float]:
    """The figures of an engine, those of a stage under its name."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as reply:
        families = list(text_string_to_metric_families(reply.read().decode()))
    return {" ".join([one.name, *one.labels.values()]): one.value for family in families for one in family.samples}


def percentile(seconds: Sequence[float], share: float) -> str:
    return f"{1000 * float(np.percentile(seconds, share)):.0f} ms"


def timed(predictor: Predictor, some: Sequence[NDArray[np.uint8]]) -> float:
    """The seconds that the model needs for some pages at once."""
    start = time.perf_counter()
    predictor.predict(some, PASSES)
    return time.perf_counter() - start


@pytest.fixture
def bench(sqlite_url: str, redis_url: str, redis_client: redis.Redis, stream: JobStream) -> Iterator[Bench]:
    sql_engine = database.connect(sqlite_url)
    environment = {"DATABASE_URL": sqlite_url, "REDIS_URL": redis_url, "KARYOTRIAGE_MODEL": MODEL}
    yield Bench(sqlite_url, sql_engine, stream, redis_client, environment)
    sql_engine.dispose()


def predict_alone(files: Sequence[bytes], figures: Figures) -> float:
    """Measure the model by itself; pictures a second, of decoded pages in micro-batches of 32."""
    predictor = Predictor.load(default_registry(), MODEL)
    decoded = [page(data) for data in files]
    predictor.predict(decoded, PASSES)
    some = [decoded[number % len(decoded)] for number in range(SOME)]
    seconds = sum(timed(predictor, some[start : start + 32]) for start in range(0, SOME, 32))
    single = [timed(predictor, [one]) for one in (decoded * SINGLE)[:SINGLE]]
    figures.add("device and precision", f"{predictor.device}, {predictor.precision}")
    figures.add("predict alone, pictures/s", f"{SOME / seconds:.2f}")
    figures.add("predict of one page, median and p95", f"{percentile(single, 50)}, {percentile(single, 95)}")
    return SOME / seconds


def end_to_end(bench: Bench, port: int, files: Sequence[bytes], *, form: str, alone: float, figures: Figures) -> None:
    """Measure from handing in to the verdict, split by stage."""
    before = scraped(port)
    rate = SOME / bench.judge(files, SOME)
    after = scraped(port)
    figures.add(
        f"{form}, handed in to verdict, pictures/s", f"{rate:.2f} ({100 * rate / alone:.0f} % of predict alone)"
    )
    names = {stage: f"karyotriage_stage_seconds_sum {stage}" for stage in STAGES}
    split = ", ".join(f"{stage} {1000 * (after[name] - before[name]) / SOME:.1f}" for stage, name in names.items())
    figures.add(f"{form}, ms a picture by stage (they overlap)", split)


def one_by_one(bench: Bench, files: Sequence[bytes], figures: Figures) -> None:
    """Measure one picture on an engine that has nothing else to do."""
    seconds = [bench.judge([files[number % len(files)]], 1) for number in range(SINGLE)]
    figures.add("one picture, idle engine, median and p95", f"{percentile(seconds, 50)}, {percentile(seconds, 95)}")


def memory(bench: Bench, port: int, files: Sequence[bytes], figures: Figures) -> None:
    """Measure the memory of an engine while many pictures go through it."""
    held = []
    for _ in range(5):
        bench.judge(files, PICTURES // 5)
        held.append(scraped(port)["process_resident_memory_bytes"] / 2**20)
    figures.add(f"memory after each fifth of {PICTURES} pictures, MiB", ", ".join(f"{one:.0f}" for one in held))


def store_size(bench: Bench, figures: Figures) -> None:
    """Measure the bytes of each table with its indexes, for each of its rows."""
    query = "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY 1"
    with closing(sqlite3.connect(str(make_url(bench.url).database))) as connection:
        sizes = dict(connection.execute(query).fetchall())
        rows = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in sizes}
    told = [f"{name} {sizes[name] / rows[name]:.0f}" for name in ("karyograms", "verdicts", "audit")]
    figures.add(f"bytes a row of {rows['verdicts']} karyograms", ", ".join(told))


@pytest.mark.benchmark
@pytest.mark.timeout(14_400)
def test_an_engine_from_end_to_end(bench: Bench, tmp_path: Path) -> None:
    figures, drawn = Figures(), pages()
    forms = {form: encoded(drawn, form) for form in ("jpeg", "png")}
    figures.add(
        "bytes of a picture, JPEG and PNG", ", ".join(f"{np.mean([*map(len, files)]):.0f}" for files in forms.values())
    )
    alone = predict_alone(forms["png"], figures)
    start = time.perf_counter()
    with bench.engine(tmp_path / "one.log") as port:
        figures.add("seconds until ready", f"{time.perf_counter() - start:.0f}")
        bench.judge(forms["png"], 32)
        for form, files in forms.items():
            end_to_end(bench, port, files, form=form, alone=alone, figures=figures)
        one_by_one(bench, forms["png"], figures)
        memory(bench, port, forms["jpeg"], figures)
    store_size(bench, figures)
    figures.print()


@pytest.mark.benchmark
@pytest.mark.timeout(14_400)
def test_two_engines_on_a_core_each(bench: Bench, tmp_path: Path) -> None:
    figures, files = Figures(), encoded(pages(), "png")
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        pytest.skip("two cores are needed")
    with bench.engine(tmp_path / "first.log", cores[:1]):
        one = SOME / bench.judge(files, SOME)
        with bench.engine(tmp_path / "second.log", cores[1:]):
            two = SOME / bench.judge(files, SOME)
    figures.add("one engine on one core, pictures/s", f"{one:.2f}")
    figures.add("two engines on a core each, pictures/s", f"{two:.2f} ({two / one:.2f} times)")
    figures.print()
