"""What a reader is made from: its parts, the pages, and how much is learnt from them. No network needed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.datasets.segmentation_set import SegmentationSet
from models.datasets.simulated_set import Recipe
from models.simulation.karyotypes.karyotype import Kind
from models.training.progress import Reporter

_DENSE_SHARE = 0.3
_WIDTHS = 340, 1000
_REARRANGED_SHARE = 0.25


class Part(StrEnum):
    """What of a reader may learn further, in this order."""

    SEGMENTATION = "segmentation"
    CROPS = "crops"
    HOMOLOGUES = "homologues"


@dataclass(frozen=True)
class ReaderPlan:
    """What a reader is made from.

    ``crops``: archive of real crops, or ``None`` for painted chromosomes alone. ``karyograms``: folder with labels.csv
    and real pictures, or ``None`` for no figures on real ones. ``work``: folder for the lessons and the weights of the
    segmentation; what is there already is kept. ``pages``: simulated, to learn from; as many others teach the
    segmentation, half as many the comparison of homologues. ``patches`` and ``views``: of pages and crops, seen.
    ``test_pages``: of each variety, to measure on.
    """

    crops: Path | None
    karyograms: Path | None
    work: Path
    pages: int
    patches: int
    views: int
    test_pages: int
    seed: int

    @property
    def segmentation_file(self) -> Path:
        """Weights of the segmentation, for those who cut out the lessons."""
        return self.work / "segmentation.weights.h5"

    @property
    def crop_pages(self) -> Recipe:
        """Pages from whose objects the crop network learns."""
        return Recipe(self.seed, self.crops, dense_share=_DENSE_SHARE, widths=_WIDTHS)

    @property
    def homologue_pages(self) -> Recipe:
        """Pages from whose pairs the comparison of homologues learns."""
        return Recipe(
            self.seed + 1, self.crops, dense_share=_REARRANGED_SHARE, dense_kind=Kind.REARRANGED, widths=_WIDTHS
        )

    @property
    def segmentation_pages(self) -> Recipe:
        """Pages from which the segmentation learns."""
        return Recipe(self.seed + 2, self.crops, dense_share=_DENSE_SHARE, spoilt_share=1.0, widths=_WIDTHS)

    def draw_segmentation_pages(self, reporter: Reporter) -> SegmentationSet:
        """Draw them; kept if already there."""
        with reporter.waiting(f"drawing {self.pages} simulated pages"):
            return SegmentationSet.write(self.work / "pages", self.segmentation_pages, self.pages)
