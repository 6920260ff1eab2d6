"""What a model says of one page; no network needed to hold it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.judging.record import Record
from models.judging.suggestion import Suggestion
from models.judging.triage import Finding
from models.judging.uncertainty import Measures


@dataclass(frozen=True)
class Prediction:
    """What a model says of one page.

    ``readable`` is the input gate's answer and ``refusals`` say why not; the other figures are given even then.
    ``suggestion`` is the karyotype that the findings amount to, for a person to check.

    By pass, (T,), in the order of the sub-networks: ``pass_probabilities`` are the calibrated probabilities of
    abnormal, by which the passes vote; ``raw_probabilities`` those of the thesis' head; ``miscounts`` those that some
    chromosome is too many or missing, by all that counts; and ``changes`` those of the reader that some chromosome is
    structurally changed, one half where nothing tells.

    ``copies`` (24, 5) are the probabilities of 0..4 copies of each chromosome, in the order of ``CHROMOSOMES``, by the
    pool of what network and reader count in each pass, ``network_copies`` and ``reader_copies`` (T, 24, 5); without a
    reader these are all alike. ``structural`` (24,) is how probable it is that a copy is structurally changed.
    ``features`` (C,) is what the backbone sees, averaged over its positions: by it the gate tells how familiar the page
    is, and ``distance`` is how far it lies from those that the model knows, see ``models.judging.familiarity``, or
    ``None``. ``record`` is what the reader read of the page; ``None`` for a model that judges without it, and where
    there was nothing to read.
    """

    readable: bool
    refusals: tuple[str, ...]
    measures: Measures
    findings: tuple[Finding, ...]
    suggestion: Suggestion
    pass_probabilities: NDArray[np.float32]
    raw_probabilities: NDArray[np.float32]
    miscounts: NDArray[np.float32]
    changes: NDArray[np.float32]
    copies: NDArray[np.float32]
    network_copies: NDArray[np.float32]
    reader_copies: NDArray[np.float32]
    structural: NDArray[np.float32]
    features: NDArray[np.float32]
    record: Record | None = None
    distance: float | None = None
