"""Judge labelled karyograms with a stored model, by the very triage rule of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Protocol

from models.card import Card
from models.datasets.labels import LabelledPicture, Page
from models.judging.prediction import Prediction
from models.judging.triage import TriageDecision, triage

_MICRO_BATCH = 32


class Judge(Protocol):
    """What evaluation needs of a model; ``models.predicting.predictor.Predictor`` is one."""

    card: Card

    def predict(self, pages: Sequence[Page], passes: int | None = None) -> list[Prediction]:
        """Judge pages."""


@dataclass(frozen=True)
class JudgedPicture:
    """A labelled picture with what the model says and what triage makes of it."""

    picture: LabelledPicture
    prediction: Prediction
    decision: TriageDecision


def judge(
    model: Judge, labelled: Iterable[tuple[LabelledPicture, Page]], passes: int | None = None
) -> Iterator[JudgedPicture]:
    """Judge labelled pictures as they come, with the policy on the model's card.

    Args:
        model: the model.
        labelled: the pictures with their pages.
        passes: T; the card's number if left out.

    Yields:
        The judged pictures in the given order.
    """
    waiting = iter(labelled)
    while part := list(islice(waiting, _MICRO_BATCH)):
        predictions = model.predict([page for _, page in part], passes)
        for (item, _), said in zip(part, predictions, strict=True):
            yield JudgedPicture(item, said, triage(said.readable, said.measures, said.findings, model.card.policy))


def row(item: JudgedPicture) -> dict[str, Any]:
    """Return one line of the CSV: file, case_id, label, karyotype, outcome, reasons, findings, then every measure."""
    measures = asdict(item.prediction.measures)
    measures["voted_label"] = str(measures.pop("label"))
    karyotype = item.picture.karyotype
    return {
        "file": item.picture.file,
        "case_id": item.picture.case_id,
        "label": item.picture.label.value,
        "karyotype": karyotype.iscn if karyotype else "",
        "outcome": item.decision.outcome.value,
        "reasons": "; ".join(item.decision.reasons),
        "findings": "; ".join(finding.in_short for finding in item.prediction.findings),
        **measures,
    }
