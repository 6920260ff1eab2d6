"""The figures of an engine: a real one is asked over HTTP, and every name in the files for Grafana exists."""

from __future__ import annotations

import json
import re
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from engine.jobs.stream import JobStream
from engine.records import database
from engine.worker.metrics import Metrics, MetricsError, endpoint
from engine.worker.worker import utc_now
from tests import servers
from tests.engine.workers import MakeWorker, Poison, queue, steps
from tests.predictors import PixelPredictor
from tests.records import add_batch, karyograms, png

GRAFANA = servers.REPOSITORY / "deploy" / "grafana" / "karyotriage.json"
PROMETHEUS = servers.REPOSITORY / "deploy" / "prometheus.yml"


def scraped(port: int) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample of an engine, by its name and the values of its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as reply:
        text = reply.read().decode()
    families = text_string_to_metric_families(text)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    found = metrics.registry.get_sample_value(f"karyotriage_{name}", labels)
    assert found is not None, name
    return found


def test_a_real_engine_is_asked_over_http(sqlite_url: str, redis_url: str, stream: JobStream, tmp_path: Path) -> None:
    sql_engine = database.connect(sqlite_url)
    add_batch(sql_engine, *(png(number) for number in range(20)), b"no picture")
    stream.put([one.id for one in karyograms(sql_engine)])
    port = servers.free_port()
    environment = {"DATABASE_URL": sqlite_url, "REDIS_URL": redis_url, "KARYOTRIAGE_METRICS_PORT": str(port)}
    with servers.engine(environment, module="tests.faults.slow_engine", log=tmp_path / "log"):
        servers.wait_until(lambda: stream.backlog() == 0)
        found = scraped(port)
    outcomes = {labels[0]: count for (name, labels), count in found.items() if name == "karyotriage_karyograms_total"}
    assert sum(outcomes.values()) == 21
    assert outcomes["failed"] == found["karyotriage_failures_total", ("picture",)] == 1
    assert found["karyotriage_turnaround_seconds_count", ()] == 20
    assert found["karyotriage_micro_batch_karyograms_sum", ()] == 20
    assert found["karyotriage_predicting_seconds_total", ()] >= 20 * 0.02
    for stage in ("take", "decode", "predict", "store"):
        assert found["karyotriage_stage_seconds_count", (stage,)] >= 1
    sql_engine.dispose()


def test_failures_are_told_apart(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    queue(sql_engine, stream, 3)
    metrics = Metrics()
    worker = make_worker(PixelPredictor(spoil=Poison(1)), metrics=metrics)
    steps(worker)
    assert value(metrics, "failures_total", kind="try") == 4  # together, then alone in each of three deliveries
    assert value(metrics, "failures_total", kind="given_up") == 1
    assert value(metrics, "karyograms_total", outcome="failed") == 1
    assert value(metrics, "failures_total", kind="picture") == 0


def test_now_and_then_it_notes_what_waits_and_what_is_in_hand(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    queue(sql_engine, stream, 3)
    metrics = Metrics()
    worker = make_worker(metrics=metrics)
    worker.measure()
    assert value(metrics, "queue_lag", priority="routine") == 3
    assert value(metrics, "queue_lag", priority="urgent") == 0
    steps(worker)
    worker.measure()
    assert value(metrics, "queue_lag", priority="routine") == 0
    assert value(metrics, "jobs_in_hand") == 0
    assert value(metrics, "model_loaded", model="pixels") == 1


def test_a_clock_that_was_set_back_gives_no_negative_time(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    add_batch(sql_engine, png(1), now=utc_now() + timedelta(days=1))
    stream.put([one.id for one in karyograms(sql_engine)])
    metrics = Metrics()
    assert steps(make_worker(metrics=metrics)) == 1
    assert value(metrics, "turnaround_seconds_count") == 1
    assert value(metrics, "turnaround_seconds_sum") == 0


def test_a_port_that_is_in_use_is_named() -> None:
    with endpoint(Metrics(), "127.0.0.1", 0) as port:
        assert scraped(port)
        with pytest.raises(MetricsError, match=f"KARYOTRIAGE_METRICS_PORT {port} .* cannot be opened"):
            endpoint(Metrics(), "127.0.0.1", port).__enter__()
    with endpoint(Metrics(), "127.0.0.1", port) as again:  # it was given back
        assert again == port


def test_every_figure_that_grafana_draws_exists_and_the_other_way_round() -> None:
    panels: list[dict[str, Any]] = json.loads(GRAFANA.read_text())["panels"]
    drawn = " ".join(target["expr"] for panel in panels for target in panel["targets"])
    named = set(re.findall(r"\b(?:karyotriage|process)_\w+", drawn))
    metrics = Metrics()
    metrics.show({}, 0, ("pixels",))
    families = list(metrics.registry.collect())
    samples = {sample.name for family in families for sample in family.samples}
    assert named <= samples
    ours = {family.name for family in families if family.name.startswith("karyotriage_")}
    assert {name for name in ours if not any(each.startswith(name) for each in named)} == set()
    assert len({panel["id"] for panel in panels}) == len(panels) >= 8


def test_prometheus_asks_the_engines_of_the_compose_file_on_their_port() -> None:
    (job,) = yaml.safe_load(PROMETHEUS.read_text())["scrape_configs"]
    (names,) = job["dns_sd_configs"]
    services = yaml.safe_load((servers.REPOSITORY / "compose.yaml").read_text())["services"]
    assert {"engine", "engine-gpu"} == set(names["names"]) <= services.keys()
    example = (servers.REPOSITORY / ".env.example").read_text()
    assert f"KARYOTRIAGE_METRICS_PORT={names['port']}" in example
