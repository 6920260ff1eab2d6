"""The words of the domain as frozen dataclasses and string enums. No input or output happens here.

Times are timezone-aware UTC. Identifiers are UUID4 hex strings of 32 characters. Hashes are SHA-256 hex strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.reviews import Review
from models.judging.heatmap import HeatMap
from models.judging.record import Record
from models.judging.suggestion import Suggestion
from models.judging.triage import Finding, Policy, Reason, TriageOutcome
from models.judging.uncertainty import Measures


class KaryogramState(StrEnum):
    """How far a karyogram has come; a failed one can be put back into the queue."""

    QUEUED = "queued"
    JUDGED = "judged"
    FAILED = "failed"


class Priority(StrEnum):
    """How soon a batch is judged: whatever is urgent comes before everything that is not."""

    ROUTINE = "routine"
    URGENT = "urgent"


class HeatMapState(StrEnum):
    """How far the request for a heat map has come; a failed one can be asked for again."""

    REQUESTED = "requested"
    DRAWN = "drawn"
    FAILED = "failed"


class ProblemKind(StrEnum):
    """Why a file was refused at intake."""

    NOT_READABLE = "not_readable"
    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    DUPLICATE = "duplicate"
    BAD_ARCHIVE = "bad_archive"
    BAD_MANIFEST = "bad_manifest"
    OVER_LIMIT = "over_limit"


@dataclass(frozen=True)
class Batch:
    """What a technician uploads at once, judged by one model with one number of passes.

    ``sent`` is the number of files that were sent, those inside ZIPs counted one by one; None where nobody counted.
    """

    id: str
    name: str
    model: str
    passes: int
    created_at: datetime
    priority: Priority = Priority.ROUTINE
    sent: int | None = None


@dataclass(frozen=True)
class Case:
    """One specimen of one patient in one batch; it has one or more karyograms."""

    id: str
    batch_id: str
    name: str


@dataclass(frozen=True)
class Karyogram:
    """One picture of one cell. ``page`` counts from 0 inside a multi-page file; sizes are the original pixels.

    ``review``: whose turn it is. ``risk``: its place in the reading list, the highest first, None without a verdict.
    ``sampled``: screened, but drawn into the quality sample.
    """

    id: str
    batch_id: str
    case_id: str
    case_name: str
    cell: str
    file_name: str
    page: int
    image_sha256: str
    width: int
    height: int
    state: KaryogramState
    failure: str | None
    created_at: datetime
    review: Review = Review.WAITING
    risk: float | None = None
    sampled: bool = False


@dataclass(frozen=True)
class FileProblem:
    """A file that was refused: which, why, what was expected and found, and for a duplicate the earlier karyogram."""

    file_name: str
    kind: ProblemKind
    message: str
    duplicate_of: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What one model says of one karyogram, with everything needed to prove it later.

    ``refusals`` say in plain words why the picture does not look like a karyogram. ``suggestion`` is a karyotype for a
    person to check; verdicts of earlier versions have none, and no reason why. ``reading`` is what the
    reader read of the picture, where the model has one; lists of verdicts leave it out. ``pass_probabilities`` are the
    T calibrated probabilities of "abnormal", in the order of the sub-networks.
    ``seconds`` is the karyogram's share of the time its micro-batch took to predict. ``policy_version`` is the version
    of the policy that was in force, None where it was that of the model's card. ``distance`` is how far the picture
    lies from the karyograms that the model knows, see ``models.judging.familiarity``; None where nobody measured it.
    """

    karyogram_id: str
    model: str
    model_sha256: str
    image_sha256: str
    seed: int
    precision: str
    outcome: TriageOutcome
    reasons: tuple[Reason, ...]
    refusals: tuple[str, ...]
    findings: tuple[Finding, ...]
    suggestion: Suggestion | None
    measures: Measures
    policy: Policy
    pass_probabilities: tuple[float, ...]
    engine: str
    seconds: float
    created_at: datetime
    reading: Record | None = None
    policy_version: int | None = None
    distance: float | None = None


@dataclass(frozen=True)
class HeatMapRequest:
    """A reader's request to see where the evidence of a verdict lies, and what became of it.

    ``tries``: how many engines have begun to draw. ``heat_map`` is there once the state is ``DRAWN``, ``failure`` says
    why there will be none once it is ``FAILED``.
    """

    karyogram_id: str
    model: str
    state: HeatMapState
    requested_at: datetime
    tries: int
    heat_map: HeatMap | None
    failure: str | None
