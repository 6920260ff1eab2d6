"""What two models might say of simulated karyograms: pools of verdicts to draw from, judged by the real rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np

from engine.records.rows import from_verdict
from engine.vocabulary import Verdict
from models.judging.calibration import Calibration
from models.judging.suggestion import Suggestion
from models.judging.triage import Finding, Policy, triage
from models.judging.uncertainty import measure

MODELS = ("inceptionv3", "vgg16")
PASSES = 100
POOL = 400  # verdicts of a kind; each karyogram draws one of them

_FINDINGS = {
    "+21": ("21", "chromosome 21: three copies"),
    "+18": ("18", "chromosome 18: three copies"),
    "X missing": ("X", "chromosome X: one copy, and no Y"),
    "structural change on 9": ("9", "chromosome 9: a changed structure"),
}
_HARD = 0.03  # of the abnormal ones look normal to both models
_NOT_MADE_YET = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Kind:
    """What a pool is of: the truth, whether the scanner was out of focus, and who judges."""

    model: str
    abnormal: bool
    blurred: bool


@cache
def pools(seed: int) -> dict[Kind, list[dict[str, Any]]]:
    """Draw rows of ``verdicts`` for each kind; whose they are and when they were made is filled in later."""
    generator = np.random.default_rng(seed)
    kinds = [
        Kind(model, abnormal, blurred) for model in MODELS for abnormal in (False, True) for blurred in (False, True)
    ]
    return {kind: [from_verdict(_verdict(kind, generator)) for _ in range(POOL)] for kind in kinds}


def _verdict(kind: Kind, generator: np.random.Generator) -> Verdict:
    if kind.abnormal and generator.random() < _HARD:
        kind = replace(kind, abnormal=False)
    probabilities = _passes(kind, generator)
    measures, policy = measure(probabilities, Calibration()), Policy()
    readable = bool(generator.random() > (0.07 if kind.blurred else 0.012))
    findings = _findings(kind, generator) if readable else ()
    decision = triage(readable, measures, findings, policy)
    return Verdict(
        karyogram_id="",
        model=kind.model,
        model_sha256=f"{MODELS.index(kind.model) + 1:064x}",
        image_sha256="",
        seed=20260101,
        precision="bfloat16",
        outcome=decision.outcome,
        reasons=decision.reasons,
        refusals=() if readable else ("the pieces do not stand in rows (simulated)",),
        findings=findings,
        suggestion=Suggestion(None, "simulated: nothing was counted"),
        measures=measures,
        policy=policy,
        pass_probabilities=tuple(probabilities.tolist()),
        engine="simulated",
        seconds=float(generator.gamma(4, 0.02)),
        created_at=_NOT_MADE_YET,
        distance=float(generator.gamma(60, (1.25 if kind.blurred else 1.02) / 60)),
    )


def _passes(kind: Kind, generator: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Draw the passes of one karyogram: blurred pictures pull towards a toss of a coin and spread the passes."""
    centre = generator.normal(3.6, 1.7) if kind.abnormal else generator.normal(-3.4, 1.5)
    shrunk, spread = (0.75, 0.9) if kind.blurred else (1.0, 0.5)
    if kind.model != MODELS[0]:
        shrunk *= 0.8  # the second model is less sure
    return np.asarray(1 / (1 + np.exp(-generator.normal(shrunk * centre, spread, PASSES))))


def _findings(kind: Kind, generator: np.random.Generator) -> tuple[Finding, ...]:
    if generator.random() > (0.85 if kind.abnormal else 0.012):
        return ()
    text = str(generator.choice(list(_FINDINGS)))
    chromosome, words = _FINDINGS[text]
    votes = int(generator.integers(70, PASSES + 1)) if kind.abnormal else int(generator.integers(51, 75))
    return (Finding(chromosome, text, votes / PASSES, words, votes, PASSES),)
