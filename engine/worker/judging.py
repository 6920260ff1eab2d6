"""From stored pictures to verdicts: decoding, one prediction for several pages, and the triage rule."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.jobs.stream import Job
from engine.vocabulary import Batch, Karyogram, Verdict
from models.card import Card
from models.judging.heatmap import HeatMap
from models.judging.prediction import Prediction
from models.judging.triage import Policy, triage
from models.pictures import PictureError

_log = logging.getLogger(__name__)

Page: TypeAlias = NDArray[np.uint8]  # (height, width) grey
Decode: TypeAlias = Callable[[bytes, int], Page]


class Predictor(Protocol):
    """What the engine needs of ``models.predicting.predictor.Predictor``, which would load TensorFlow here."""

    @property
    def card(self) -> Card:
        """The model's card."""

    @property
    def precision(self) -> str:
        """What it computes in."""

    @property
    def device(self) -> str:
        """Where it computes, in words."""

    def predict(self, pages: Sequence[Page], passes: int | None = None) -> Sequence[Prediction]:
        """Judge pages, all at once, by so many passes; one prediction for each page, in order."""

    def explain(self, page: Page, passes: int | None = None) -> HeatMap:
        """Say where on a page the evidence for abnormal lies."""


@dataclass(frozen=True)
class Task:
    """A job with the karyogram and the batch it stands for."""

    job: Job
    karyogram: Karyogram
    batch: Batch


def decode_all(
    decode: Decode, tasks: Sequence[Task], files: Sequence[bytes | PictureError], pool: Executor
) -> list[Page | Exception]:
    """Decode the page of each task, several at a time; a page that cannot be used gives its error in its place.

    Args:
        decode: from a file and a page number to a page.
        tasks: whose karyograms to decode.
        files: the file of each task, or why there is none.
        pool: where to decode.
    """

    def one(task: Task, data: bytes | PictureError) -> Page | Exception:
        if isinstance(data, PictureError):
            return data
        try:
            return decode(data, task.karyogram.page)
        except (PictureError, IndexError) as error:
            return error
        except Exception as error:  # whatever a decoder raises must not end the engine: it is logged and recorded
            concerns = {"karyogram": task.karyogram.id, "batch": task.batch.id}
            _log.exception("could not decode karyogram %s", task.karyogram.id, extra=concerns)
            return RuntimeError(f"{type(error).__name__}: {error}")

    return list(pool.map(one, tasks, files))


@dataclass(frozen=True)
class Said:
    """What a model says of a karyogram, before any policy is applied; ``seconds`` is its share of the computing."""

    task: Task
    prediction: Prediction
    seconds: float


def predict(predictor: Predictor, tasks: Sequence[Task], pages: Sequence[Page]) -> list[Said]:
    """Predict several karyograms of one model at once.

    Args:
        predictor: the model.
        tasks: what to judge; all their batches ask for the same number of passes.
        pages: the page of each task.

    Raises:
        ArithmeticError: a measure is not a number; such a verdict is worth nothing and must not be kept.
    """
    start = time.perf_counter()
    predictions = predictor.predict(pages, tasks[0].batch.passes)
    seconds = (time.perf_counter() - start) / len(tasks)
    for measures in (prediction.measures for prediction in predictions):
        if not all(map(math.isfinite, (value for value in vars(measures).values() if isinstance(value, float)))):
            raise ArithmeticError(f"measures must be finite numbers, got {measures!r}")
    return [Said(task, prediction, seconds) for task, prediction in zip(tasks, predictions, strict=True)]


def verdict(
    predictor: Predictor, said: Said, policy: Policy, version: int | None, *, engine: str, now: datetime
) -> Verdict:
    """Apply the triage rule to what a model says.

    Args:
        predictor: the model.
        said: what it says.
        policy: the limits in force.
        version: of the policy; None where the limits are those of the model's card.
        engine: name of the engine, for the record.
        now: the time of the verdict.
    """
    card, prediction, task = predictor.card, said.prediction, said.task
    decision = triage(prediction.readable, prediction.measures, prediction.findings, policy)
    return Verdict(
        karyogram_id=task.karyogram.id,
        model=task.batch.model,
        model_sha256=card.weights_sha256,
        image_sha256=task.karyogram.image_sha256,
        seed=card.seed,
        precision=predictor.precision,
        outcome=decision.outcome,
        reasons=decision.reasons,
        refusals=prediction.refusals,
        findings=prediction.findings,
        suggestion=prediction.suggestion,
        measures=prediction.measures,
        policy=policy,
        pass_probabilities=tuple(prediction.pass_probabilities.tolist()),
        engine=engine,
        seconds=said.seconds,
        created_at=now,
        reading=prediction.record,
        policy_version=version,
        distance=prediction.distance,
    )
