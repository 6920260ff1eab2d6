"""Records for tests: pictures and karyograms in a record store, without going through intake."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import Engine

from engine.records import store
from engine.records.database import open_session
from engine.vocabulary import Batch, Karyogram, KaryogramState, Priority, Verdict
from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.judging.record import ComparedPair, Evidence, Record, SeenObject
from models.judging.suggestion import Suggestion
from models.judging.triage import Finding, Policy, Reason, TriageOutcome
from models.judging.uncertainty import Label, Measures

# two minutes ago: younger karyograms are left alone by the sweep, because they may still be on their way to the stream
NOW = datetime.now(UTC).replace(microsecond=123456) - timedelta(minutes=2)


def pixels(seed: int, size: tuple[int, int] = (100, 120)) -> NDArray[np.uint8]:
    """A page of its own for each seed, (height, width): something grey on white."""
    page = np.random.default_rng(seed).integers(0, 256, size, np.uint8)
    page[:8], page[-8:], page[:, :8], page[:, -8:] = 255, 255, 255, 255
    return page


def png(seed: int, size: tuple[int, int] = (100, 120)) -> bytes:
    """The page of a seed as a file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels(seed, size)).save(buffer, "png")
    return buffer.getvalue()


def add_batch(
    engine: Engine,
    *files: bytes,
    model: str = "pixels",
    passes: int = 5,
    now: datetime = NOW,
    priority: Priority = Priority.ROUTINE,
) -> Batch:
    """A batch with one karyogram for each file, all of one case."""
    with open_session(engine) as session:
        batch = store.add_batch(session, "Monday", model, passes, now, priority=priority)
        case = store.find_or_add_case(session, batch.id, "P001")
        for number, data in enumerate(files):
            store.add_karyogram(
                session,
                batch=batch,
                case=case,
                cell=str(number),
                file_name=f"P001_c{number}.png",
                page=0,
                image_sha256=store.add_picture(session, data, "image/png"),
                width=120,
                height=100,
                now=now + timedelta(milliseconds=number),
            )
        session.commit()
    return batch


def karyogram(**changes: Any) -> Karyogram:
    """A karyogram that is in no record store."""
    values: dict[str, Any] = {
        **{name: letter * 32 for name, letter in (("id", "k"), ("batch_id", "b"), ("case_id", "c"))},
        **{"case_name": "P001", "cell": "1", "file_name": "P001_c1.png", "page": 0, "image_sha256": "ab" * 32},
        **{"width": 120, "height": 100, "state": KaryogramState.JUDGED, "failure": None, "created_at": NOW},
    }
    return Karyogram(**{**values, **changes})


def karyograms(engine: Engine) -> list[Karyogram]:
    """All karyograms that wait, in the order of their files."""
    with open_session(engine) as session:
        return store.karyograms(session, store.unfinished(session))


def verdict(
    karyogram: Karyogram,
    outcome: TriageOutcome = TriageOutcome.FLAGGED_UNCERTAIN,
    *,
    model: str = "pixels",
    calibrated: float = 0.4,
    created_at: datetime = NOW,
    reading: Record | None = None,
) -> Verdict:
    """A verdict with figures that no rounding would survive."""
    measures = Measures(
        passes=3,
        votes_abnormal=1,
        label=Label.NORMAL,
        pass_agreement=2 / 3,
        agreement_low=0.1 + 0.2,
        agreement_high=1 - 1e-16,
        mean_probability=1 / 3,
        standard_deviation=1e-300,
        predictive_entropy=0.9182958340544896,
        mutual_information=0.1,
        calibrated_probability=calibrated,
    )
    return Verdict(
        karyogram_id=karyogram.id,
        model=model,
        model_sha256="cd" * 32,
        image_sha256=karyogram.image_sha256,
        seed=2**32 + 1,
        precision="bfloat16",
        outcome=outcome,
        reasons=(Reason.LOW_AGREEMENT, Reason.FINDING_CONTRADICTS),
        refusals=("the pieces do not stand in rows (12% do)",),
        findings=(
            Finding("21", "+21", 0.875, "chromosome 21: three copies", 3, 3),
            Finding("9", "structural change on 9", 0.5, "chromosome 9: a changed structure", 2, 3),
        ),
        suggestion=Suggestion(None, "the passes do not agree on the number of chromosome 4"),
        measures=measures,
        policy=Policy(min_pass_agreement=0.9),
        pass_probabilities=(0.1, 1 / 3, 5e-324),
        engine="host-1",
        seconds=0.25,
        created_at=created_at,
        reading=reading,
    )


def reading() -> Record:
    """What was read of a page of 120 by 100 pixels: 47,XX,+21 with a shorter 9, something strange and some dirt."""
    numbers = dict.fromkeys(AUTOSOMES, 2) | {"21": 3, "X": 2, "Y": 0}
    names = [name for name in CHROMOSOMES for _ in range(numbers[name])] + ["other", "junk"]
    objects = [SeenObject(_box(place), name, 0.97) for place, name in enumerate(names)]
    nine = names.index("9")
    bands = tuple(place % 8 / 10 for place in range(64))
    pairs = (
        ComparedPair("1", (0, 1), 0.004, "the band patterns of the homologues differ", (bands, bands)),
        ComparedPair("9", (nine, nine + 1), 0.625, "one homologue shorter by 40 %", (bands, bands[::-1])),
    )
    return Record(tuple(objects), numbers, pairs, Evidence(0.99, 0.627, 0.25, 0.875))


def _box(place: int) -> tuple[float, float, float, float]:
    left, top = 2.0 + 11.5 * (place % 10), 2.0 + 18 * (place // 10)
    return left, top, left + 9.5, top + 16
