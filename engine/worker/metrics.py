"""The figures of a running engine, in the form that Prometheus reads.

Each engine keeps its own and serves them on a port of its own; what all of them together do is a question for
Prometheus. ``deploy/grafana/karyotriage.json`` draws them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server

from engine.vocabulary import Priority, Verdict
from models.judging.triage import TriageOutcome

PREFIX: Final = "karyotriage_"
STAGES: Final = ("take", "decode", "predict", "store")
FAILURES: Final = ("picture", "try", "given_up", "outage")

_STAGE_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_TURNAROUND_SECONDS: Final = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)


class MetricsError(OSError):
    """The port of the figures cannot be opened; the text says which and why."""


class Metrics:
    """What one engine counts and measures; several threads may tell it."""

    def __init__(self) -> None:
        """Begin at nothing."""
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._karyograms = Counter(
            f"{PREFIX}karyograms", "karyograms finished, by outcome", ["outcome"], registry=registry
        )
        self._failures = Counter(
            f"{PREFIX}failures",
            "what went wrong: pictures that cannot be used, tries that failed, jobs given up, outages met",
            ["kind"],
            registry=registry,
        )
        self._stages = Histogram(
            f"{PREFIX}stage_seconds",
            "seconds that a micro-batch spends in a stage",
            ["stage"],
            buckets=_STAGE_SECONDS,
            registry=registry,
        )
        self._turnaround = Histogram(
            f"{PREFIX}turnaround_seconds",
            "seconds from handing a karyogram in until its verdict is kept",
            buckets=_TURNAROUND_SECONDS,
            registry=registry,
        )
        self._sizes = Histogram(
            f"{PREFIX}micro_batch_karyograms", "karyograms judged at once", buckets=_SIZES, registry=registry
        )
        self._lag = Gauge(
            f"{PREFIX}queue_lag", "jobs that no engine has taken yet, by priority", ["priority"], registry=registry
        )
        self._in_hand = Gauge(f"{PREFIX}jobs_in_hand", "jobs that this engine holds", registry=registry)
        self._predicting = Counter(
            f"{PREFIX}predicting_seconds",
            "seconds in which the model was busy; its rate is the share of time",
            registry=registry,
        )
        self._loaded = Gauge(f"{PREFIX}model_loaded", "models in memory", ["model"], registry=registry)
        self._begin()

    def _begin(self) -> None:
        """Show every label from the start: what has not happened yet is 0, and not absent."""
        for outcome in TriageOutcome:
            self._karyograms.labels(outcome.value)
        for kind in FAILURES:
            self._failures.labels(kind)
        for stage in STAGES:
            self._stages.labels(stage)
        for priority in Priority:
            self._lag.labels(priority.value)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure how long a stage, one of ``STAGES``, takes with a micro-batch."""
        with self._stages.labels(name).time():
            yield

    def took(self, seconds: float) -> None:
        """Jobs were taken, in so many seconds."""
        self._stages.labels("take").observe(seconds)

    def predicted(self, karyograms: int, seconds: float) -> None:
        """So many karyograms were judged at once, in so many seconds."""
        self._sizes.observe(karyograms)
        self._predicting.inc(seconds)

    def kept(self, verdict: Verdict, seconds: float) -> None:
        """A verdict was kept, so many seconds after its karyogram was handed in."""
        self._karyograms.labels(verdict.outcome.value).inc()
        self._turnaround.observe(max(0.0, seconds))  # a clock that is set back would make it negative

    def failed(self, kind: str, count: int = 1) -> None:
        """Something went wrong, one of ``FAILURES``; a karyogram that cannot be used, or is given up, has failed."""
        self._failures.labels(kind).inc(count)
        if kind in ("picture", "given_up"):
            self._karyograms.labels(TriageOutcome.FAILED.value).inc(count)

    def show(self, lag: Mapping[Priority, int], in_hand: int, models: tuple[str, ...]) -> None:
        """Tell how things stand."""
        for priority, count in lag.items():
            self._lag.labels(priority.value).set(count)
        self._in_hand.set(in_hand)
        for model in models:
            self._loaded.labels(model).set(1)


@contextmanager
def endpoint(metrics: Metrics, host: str, port: int) -> Iterator[int]:
    """Serve the figures over HTTP until the block is left; anybody who reaches the port may read them.

    Args:
        metrics: of this engine.
        host: the address to listen on.
        port: 0 takes a free one.

    Yields:
        The port.

    Raises:
        MetricsError: it cannot be opened.
    """
    try:
        server, thread = start_http_server(port, addr=host, registry=metrics.registry)
    except OSError as error:
        reason = error.strerror or str(error)
        raise MetricsError(f"KARYOTRIAGE_METRICS_PORT {port} on {host} cannot be opened: {reason}") from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
