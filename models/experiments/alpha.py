"""The alpha data set of the thesis: 105 normal and 41 abnormal karyograms, in a simulated and in a real edition.

The thesis' own pictures were never published. The simulated edition is painted from a seed, anywhere the same. The real
one takes the real karyograms of a folder and recombines more from real crops where abnormal ones run out; its normal
pages are recombined in the same share, or the look of a page would tell its label. It holds validation cases alone,
which the networks of the registry have not learnt from. Source: thesis section 3.1.2.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from models.datasets.labels import LABELS_FILE, LabelledPicture, LabelsError, Page, load, read_labels
from models.datasets.splits import CaseSplit
from models.experiments.record import Counts, Edition
from models.judging.uncertainty import Label
from models.registry import file_sha256
from models.simulation.chromosomes.crops import CropLibrary
from models.simulation.karyograms import Karyogram, painted, recombined, simulate
from models.simulation.pages.families import Variety

ALPHA = Counts(105, 41)

_PAGE_WIDTH = 560
_REAL_WIDTH = 960  # of the real pages
_STREAM = 51  # keeps these pages apart from those of any training with the same seed
_NUMBERED = re.compile(r"(?P<label>normal|abnormal)-(?P<number>\d{3})")


@dataclass(frozen=True)
class Source:
    """Where the karyograms come from.

    ``seed``: of what is drawn. ``counts``: how many, those of the thesis if left out. ``karyograms``: folder with
    labels.csv and real pictures, and ``crops``: archive of real crops; for the real edition.
    """

    edition: Edition
    seed: int
    counts: Counts = ALPHA
    karyograms: Path | None = None
    crops: Path | None = None

    @property
    def identity(self) -> str:
        """What decides the pixels, as text; for real ones the hashes of their labels and of the crops."""
        files = (self.karyograms and self.karyograms / LABELS_FILE, self.crops) if self.edition == "real" else ()
        hashes = [_sha256(file) for file in files if file]
        return " ".join([self.edition, str(self.seed), f"{self.counts.normal}+{self.counts.abnormal}", *hashes])


@dataclass(frozen=True)
class Original:
    """One karyogram of the data set: its name, its case, the truth, and its grey page, (height, width)."""

    file: str
    case_id: str
    abnormal: bool
    page: Page


def originals(source: Source) -> list[Original]:
    """Return the data set, the normal ones first.

    Raises:
        LabelsError: the real edition without its folder or its archive, or with too few karyograms in it.
        FileNotFoundError: there is no archive of crops where the source says.
    """
    return list(_simulated(source) if source.edition == "simulated" else _real(source))


def paint(seed: int, file: str) -> Page:
    """Paint a karyogram of the simulated edition again, by the seed and its name.

    Raises:
        ValueError: there is none of this name.
    """
    found = _NUMBERED.fullmatch(file)
    if found is None:
        raise ValueError(f"file must be normal-000 to abnormal-999, got {file!r}")
    abnormal, number = found["label"] == Label.ABNORMAL, int(found["number"])
    rng = np.random.default_rng([_STREAM, seed, abnormal, number])
    return simulate(rng, painted, float(abnormal), width=_PAGE_WIDTH).page.pixels


def _simulated(source: Source) -> Iterator[Original]:
    for label, count in ((Label.NORMAL, source.counts.normal), (Label.ABNORMAL, source.counts.abnormal)):
        for number in range(1, count + 1):
            file = f"{label}-{number:03d}"
            yield Original(file, file, label is Label.ABNORMAL, paint(source.seed, file))


def _real(source: Source) -> Iterator[Original]:
    if source.karyograms is None or source.crops is None:
        raise LabelsError("the real edition needs a folder of karyograms and an archive of crops, got none")
    split = CaseSplit()
    known = [item for item in read_labels(source.karyograms) if split.is_validation(item.case_id)]
    normal, abnormal = (_drawn(known, label, source.seed) for label in (Label.NORMAL, Label.ABNORMAL))
    if not normal or not abnormal:
        raise LabelsError(f"{source.karyograms} must have normal and abnormal validation cases, found {len(known)}")
    abnormal = abnormal[: source.counts.abnormal]
    taken = min(len(normal), round(source.counts.normal * len(abnormal) / source.counts.abnormal))
    library = CropLibrary.read(source.crops, split.is_validation)
    for label, real, count in (
        (Label.NORMAL, normal[:taken], source.counts.normal),
        (Label.ABNORMAL, abnormal, source.counts.abnormal),
    ):
        for item, page in load(source.karyograms, real):
            yield Original(Path(item.file).stem, item.case_id, label is Label.ABNORMAL, page)
        for number in range(1, count - len(real) + 1):
            drawn = _recombined(library, source.seed, label is Label.ABNORMAL, number)
            file = f"recombined-{label}-{number:03d}"
            yield Original(file, drawn.case, label is Label.ABNORMAL, drawn.page.pixels)


def _drawn(known: Sequence[LabelledPicture], label: Label, seed: int) -> list[LabelledPicture]:
    """Put the karyograms of a label in an order drawn from the seed."""
    these = [item for item in known if item.label is label]
    return [these[index] for index in np.random.default_rng([_STREAM, seed]).permutation(len(these))]


def _recombined(library: CropLibrary, seed: int, abnormal: bool, number: int) -> Karyogram:
    rng = np.random.default_rng([_STREAM, seed, 2 + abnormal, number])
    return simulate(rng, recombined(library), float(abnormal), width=_REAL_WIDTH, variety=Variety.FIXED)


@cache
def _sha256(file: Path) -> str:
    return file_sha256(file)


def digest(*parts: object) -> str:
    """Return the SHA-256 of the texts of parts, 64 hex digits."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
