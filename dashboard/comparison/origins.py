"""Where the test pictures of a run come from, in words; counted from their names, never typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.experiments.record import Edition, Record

_RECOMBINED = "recombined-"  # begins the names that ``models.experiments.alpha`` gives to pages made of real crops


@dataclass(frozen=True)
class Origin:
    """Test pictures of one edition: how many, and how many of them are recombined from real chromosomes."""

    edition: Edition
    pictures: int
    recombined: int

    @property
    def brief(self) -> str:
        """In few words, for tables: ``real, mostly recombined``."""
        if not self.recombined:
            return self.edition
        return f"{self.edition}, {'mostly' if 2 * self.recombined > self.pictures else 'partly'} recombined"

    @property
    def line(self) -> str:
        """In one line, for charts: ``real chromosomes, 24 of 30 test pictures recombined``."""
        if not self.recombined:
            return f"{self.edition} data"
        return f"{self.edition} chromosomes, {self.recombined} of {self.pictures} test pictures recombined"


def of(run: Record) -> Origin:
    """The origin of the test pictures of a run."""
    return together([run])


def together(runs: Sequence[Record]) -> Origin:
    """The origin of all test pictures of some runs of one edition; at least one run."""
    files = [file for run in runs for file in run.predictions.file]
    return Origin(runs[0].edition, len(files), sum(file.startswith(_RECOMBINED) for file in files))
