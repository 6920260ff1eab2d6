"""``python -m engine work``: judge karyograms until told to stop."""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import cache, partial
from threading import Event
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy.orm import Session

from engine.commands.signals import stop_on_signals
from engine.commands.usual_model import usual_model
from engine.jobs.pace import Pace
from engine.jobs.stream import connect_redis
from engine.operations import logs
from engine.policy import promotions
from engine.records import database
from engine.settings import Settings
from engine.worker.judging import Predictor
from engine.worker.metrics import Metrics, endpoint
from engine.worker.promoted import Usual
from engine.worker.worker import Worker, utc_now
from models import pictures
from models.pictures import Limits
from models.registry import Registry

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_log = logging.getLogger(__name__)

_DESCRIPTION = """
Take karyograms from the job queue, judge them and keep the verdicts. Any number of engines may run, on any number of
machines; they share the work. Without Redis an engine waits for it. On SIGTERM or Ctrl-C it finishes the karyograms
in its hands and stops.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("work", help="run an engine", description=_DESCRIPTION)
    parser.add_argument("--once", action="store_true", help="stop as soon as no karyogram is left in the queue")
    parser.add_argument(
        "--batch-size",
        type=_positive,
        metavar="N",
        help="judge at most N karyograms at once (default: KARYOTRIAGE_MICRO_BATCH, 32)",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="load this model at the start (default: the one in use); others when first asked for",
    )
    parser.set_defaults(run=run)


def _positive(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return number


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run an engine; returns 0 once it was asked to stop, or with ``--once`` once nothing is left."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings are not news
    logs.configure(settings.log_format)
    registry = Registry(settings.registry)
    model = args.model or usual_model(settings)
    if args.model or model in registry.names():
        registry.weights(model)  # a missing or changed model is found here, before TensorFlow takes its seconds
    else:
        _log.warning("no model %r in %s: it is not loaded at the start", model, settings.registry)
        model = None
    return serve(
        args, settings, partial(load_warm, registry, settings), model, usual=partial(_usual, settings, registry)
    )


def _usual(settings: Settings, registry: Registry, session: Session) -> str | None:
    """Return the model in use, as far as it is installed."""
    installed = registry.names()
    model = promotions.in_use(session, settings.default_model, installed)
    return model if model in installed else None


def load_predictor(registry: Registry, precision: str, name: str) -> Predictor:
    """Load a model; this is what loads TensorFlow."""
    from models.predicting.predictor import Predictor as KerasPredictor

    return KerasPredictor.load(registry, name, precision)


def load_warm(registry: Registry, settings: Settings, name: str) -> Predictor:
    """Load a model and let it judge some pages, so that no real one waits for what only the first ones need."""
    from models.predicting.warming import warming_pages

    start = time.monotonic()
    _limit_memory(settings.gpu_memory_mb)
    predictor = load_predictor(registry, settings.precision, name)
    predictor.predict(warming_pages(), settings.default_passes)
    _log.info("model %s is loaded and warm after %.0f s", name, time.monotonic() - start)
    return predictor


@cache
def _limit_memory(megabytes: int) -> None:
    """Before the first model: once a GPU is in use, its limit stands."""
    if megabytes:
        from models.networks.devices import limit_gpu_memory

        limit_gpu_memory(megabytes)


def serve(
    args: argparse.Namespace,
    settings: Settings,
    load_predictor: Callable[[str], Predictor],
    model: str | None,
    *,
    clock: Callable[[], datetime] = utc_now,
    usual: Usual = lambda _: None,
) -> int:
    """Run a worker as the command line and the settings ask for.

    Args:
        args: of the command line, see ``add_parser``.
        settings: of this process.
        load_predictor: from a model's name to the model.
        model: loaded at the start, if given.
        clock: gives timezone-aware times.
        usual: tells the model in use.
    """
    stop = stop_on_signals()
    pace = Pace(
        micro_batch=args.batch_size or settings.micro_batch,
        max_deliveries=settings.max_deliveries,
        reclaim_seconds=settings.reclaim_seconds,
        sweep_seconds=settings.sweep_seconds,
        keep_pictures_days=settings.keep_pictures_days,
    )
    decode = partial(pictures.page, limits=Limits(max_pixels=settings.max_pixels, min_side=settings.min_side))
    with ExitStack() as stack:
        sql_engine = database.connect(settings.database_url)
        stack.callback(sql_engine.dispose)
        database.upgrade(sql_engine)
        client = stack.enter_context(connect_redis(settings.redis_url))
        if args.once:
            client.ping()  # without Redis there is nothing to be done once
        metrics = Metrics()
        if settings.metrics_port:
            port = stack.enter_context(endpoint(metrics, settings.metrics_host, settings.metrics_port))
            _log.info("figures for Prometheus: http://%s:%d/metrics", settings.metrics_host, port)
        worker = Worker(
            sql_engine,
            client,
            load_predictor,
            pace=pace,
            decode=decode,
            clock=clock,
            metrics=metrics,
            usual=usual,
        )
        stack.enter_context(worker)
        _work(worker, stop, once=args.once, preload=model)
    return 0


def _work(worker: Worker, stop: Event, *, once: bool, preload: str | None) -> None:
    _log.info("engine %s starts", worker.name)
    if preload:
        worker.preload(preload)
        _log.info("model %s is ready", preload)
    if once:
        _log.info("%d karyograms finished", worker.drain(stop))
    else:
        worker.run(stop)
    _log.info("engine %s stops", worker.name)
